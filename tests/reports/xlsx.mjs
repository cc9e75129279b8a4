// Workbooks, read by a program that shares nothing with what writes them.
import ExcelJS from 'exceljs';
import { datatype, metadataOf } from './csv.mjs';

const TYPES = {
  boolean: ExcelJS.ValueType.Boolean,
  date: ExcelJS.ValueType.Date,
  dateTime: ExcelJS.ValueType.Date,
  integer: ExcelJS.ValueType.Number,
  string: ExcelJS.ValueType.String,
};

const nameOf = (type) => Object.keys(ExcelJS.ValueType).find((name) => ExcelJS.ValueType[name] === type);

// What the first sheet says, by its first column.
function aboutOf(sheet) {
  const told = new Map();
  sheet.eachRow((row) => told.set(row.getCell(1).text, row.getCell(2)));
  return (...names) => names.map((name) => told.get(name)).find(Boolean);
}

// Every cell of a table below its header, with its column's title.
function* cellsOf(sheet, columns) {
  for (let row = 2; row <= sheet.rowCount; row += 1) {
    for (let at = 1; at <= columns; at += 1) {
      const cell = sheet.getRow(row).getCell(at);
      if (cell.type !== ExcelJS.ValueType.Null) yield { cell, title: sheet.getRow(1).getCell(at).text };
    }
  }
}

function checkTable(sheet, rows, check, columnsTold) {
  const { name } = sheet;
  const header = sheet.getRow(1);
  const columns = header.actualCellCount;
  const titles = Array.from({ length: columns }, (_, at) => header.getCell(at + 1).text);
  check(`${name} has a bold header`, columns > 0 && titles.every((title, at) => title && header.getCell(at + 1).font?.bold));
  check(`${name} has as many rows as the first sheet tells`, sheet.rowCount === rows + 1, `${sheet.rowCount - 1}, ${rows}`);
  check(`the header of ${name} stays where it is`, sheet.views[0]?.state === 'frozen' && sheet.views[0].ySplit === 1);
  const filter = `A1:${header.getCell(columns).address.replace(/\d+$/, '')}${rows + 1}`;
  check(`${name} has a filter over all of it`, sheet.autoFilter === filter, `${sheet.autoFilter}, not ${filter}`);
  check(`the columns of ${name} are wide enough to read`, titles.every((_, at) => sheet.getColumn(at + 1).width >= 10));

  const types = new Map();
  let mixed;
  let typed;
  for (const { cell, title } of cellsOf(sheet, columns)) {
    if (!types.has(title)) types.set(title, cell.type);
    if (types.get(title) !== cell.type) mixed ??= `${cell.address} is ${nameOf(cell.type)}`;
    if (/^\d{4}-\d{2}-\d{2}([T ]|$)/.test(cell.text) && cell.type === ExcelJS.ValueType.String) typed ??= cell.address;
  }
  check(`each column of ${name} is of one kind`, mixed === undefined, mixed);
  check(`no moment or day of ${name} is a text`, typed === undefined, typed);
  // The table that is a CSV file, too, of which another file tells what its columns are.
  const same = titles.every((title) => columnsTold.some((column) => Object.values(column.titles).includes(title)));
  if (same && titles.length === columnsTold.length) {
    const wrong = columnsTold.find((column, at) => types.has(titles[at]) && types.get(titles[at]) !== TYPES[datatype(column)]);
    check(`each column of ${name} is of its kind`, wrong === undefined, `${wrong?.name} is not ${wrong && datatype(wrong)}`);
  }
}

export async function checkXlsx(path, check) {
  const book = new ExcelJS.Workbook();
  await book.xlsx.readFile(path);
  const [about, ...others] = book.worksheets;
  check('its first sheet is about it', ['Om', 'About'].includes(about?.name), about?.name);
  const told = aboutOf(about);
  const hash = told('Innehållets SHA-256', 'SHA-256 of the content')?.text;
  check('it tells who made it', told('Framtagen av', 'Made by')?.text && book.creator === told('Framtagen av', 'Made by').text);
  check('it tells when, as a moment', told('Framtagen', 'Made at')?.type === ExcelJS.ValueType.Date);
  check('it tells where clocks show that', told('Tidszon', 'Time zone')?.text);
  check('it tells its hash', /^[0-9a-f]{64}$/.test(hash), hash);

  const columns = metadataOf(path)?.tableSchema.columns ?? [];
  let tables = 0;
  for (const sheet of others) {
    const rows = told(`Rader: ${sheet.name}`, `Rows: ${sheet.name}`);
    if (rows) {
      tables += 1;
      checkTable(sheet, rows.value, check, columns);
    } else {
      check(`${sheet.name} is a text of one column`, sheet.columnCount === 1 && sheet.rowCount > 0);
    }
  }
  check('it has tables', tables > 0);
  let counts = 0;
  about.eachRow((row) => { counts += /^(Rader|Rows): /.test(row.getCell(1).text) ? 1 : 0; });
  check('every table that the first sheet tells of is there', counts === tables, `${tables} of ${counts}`);
  let live;
  book.eachSheet((sheet) => sheet.eachRow((row) => row.eachCell((cell) => {
    if ([ExcelJS.ValueType.Formula, ExcelJS.ValueType.Hyperlink, ExcelJS.ValueType.Error].includes(cell.type)) live ??= cell;
  })));
  check('nothing in it is calculated or leads elsewhere', live === undefined, live && `${live.worksheet.name} ${live.address}`);
  return hash;
}
