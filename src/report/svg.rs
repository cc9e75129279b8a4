//! A picture as SVG that stands by itself: no script, no style and no font from elsewhere.

use crate::domain::picture::{Line, Node, Picture};
use std::fmt::Write;

const WIDTH: usize = 250;
const BETWEEN_COLUMNS: usize = 170;
const BETWEEN_BOXES: usize = 18;
const LINE_HEIGHT: usize = 17;
const MARGIN: usize = 20;
const TITLE: usize = 40;

/// So far apart two numbers can both be read.
const LEAST_BETWEEN_NUMBERS: usize = 14;

/// Letters that fit into a box. The whole name is its title, which is read out.
const LETTERS: usize = 32;

/// Where a box stands.
struct Place {
    x: usize,
    y: usize,
    height: usize,
}

impl Place {
    fn middle(&self) -> usize {
        self.y + self.height / 2
    }
}

/// The picture. What is wrong is told in words; its boxes have two edges, and its lines are dashed, so that nothing rests on colour.
#[must_use]
pub fn svg(picture: &Picture) -> String {
    let places = places(picture);
    let width = places.iter().map(|place| place.x + WIDTH).max().unwrap_or_default() + MARGIN;
    let height = places.iter().map(|place| place.y + place.height).max().unwrap_or(TITLE) + MARGIN;
    let title = escaped(&picture.title);
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
         role=\"img\" aria-labelledby=\"title desc\" font-family=\"sans-serif\" font-size=\"13\">\n\
         <title id=\"title\">{title}</title>\n<desc id=\"desc\">{}</desc>\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n\
         <text x=\"{MARGIN}\" y=\"26\" font-size=\"17\" font-weight=\"bold\" fill=\"#111111\">{title}</text>\n",
        escaped(&in_words(picture))
    );
    let heaviest = picture.lines.iter().map(|line| line.weight).max().unwrap_or(1).max(1);
    let ends = ends(picture, &places);
    for (line, (from, to)) in picture.lines.iter().zip(&ends) {
        draw_line(&mut text, line, *from, *to, heaviest);
    }
    for (at, place) in places.iter().enumerate() {
        draw_numbers(&mut text, picture, &ends, at, place);
    }
    for (one, place) in picture.nodes.iter().zip(&places) {
        draw_box(&mut text, one, place);
    }
    text.push_str("</svg>\n");
    text
}

/// Each column from top to bottom, in the middle of the highest.
fn places(picture: &Picture) -> Vec<Place> {
    let height = |one: &Node| lines_of(one).len() * LINE_HEIGHT + 14;
    let columns = picture.nodes.iter().map(|one| one.column + 1).max().unwrap_or_default();
    let total = |column: usize| {
        let heights =
            picture.nodes.iter().filter(|one| one.column == column).map(|one| height(one) + BETWEEN_BOXES);
        heights.sum::<usize>()
    };
    let highest = (0..columns).map(total).max().unwrap_or_default();
    let mut next =
        (0..columns).map(|column| TITLE + MARGIN + (highest - total(column)) / 2).collect::<Vec<_>>();
    let mut place = |one: &Node| {
        let y = next.get(one.column).copied().unwrap_or_default();
        if let Some(next) = next.get_mut(one.column) {
            *next += height(one) + BETWEEN_BOXES;
        }
        Place { x: MARGIN + one.column * (WIDTH + BETWEEN_COLUMNS), y, height: height(one) }
    };
    picture.nodes.iter().map(&mut place).collect()
}

/// What stands in a box, line by line, each with its weight and colour.
fn lines_of(one: &Node) -> Vec<(String, &'static str)> {
    let mut lines = vec![(one.name.clone(), "font-weight=\"bold\" fill=\"#111111\"")];
    lines.extend(one.detail.iter().map(|detail| (detail.clone(), "fill=\"#444444\"")));
    lines.extend(
        one.warnings.iter().map(|warning| (format!("⚠ {warning}"), "font-weight=\"bold\" fill=\"#8a1c00\"")),
    );
    lines
}

fn draw_box(text: &mut String, one: &Node, place: &Place) {
    let Place { x, y, height } = place;
    let (stroke, width) = if one.warnings.is_empty() { ("#335577", 1) } else { ("#8a1c00", 2) };
    let _ = writeln!(
        text,
        "<g><title>{}</title><rect x=\"{x}\" y=\"{y}\" width=\"{WIDTH}\" height=\"{height}\" rx=\"5\" fill=\"#f4f7fa\" \
         stroke=\"{stroke}\" stroke-width=\"{width}\"/>",
        escaped(&lines_of(one).into_iter().map(|(line, _)| line).collect::<Vec<_>>().join(", "))
    );
    if !one.warnings.is_empty() {
        let _ = writeln!(
            text,
            "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"4\" fill=\"none\" stroke=\"{stroke}\"/>",
            x + 4,
            y + 4,
            WIDTH - 8,
            height - 8
        );
    }
    for (at, (line, style)) in lines_of(one).into_iter().enumerate() {
        let baseline = y + 20 + at * LINE_HEIGHT;
        let _ = writeln!(
            text,
            "<text x=\"{}\" y=\"{baseline}\" {style}>{}</text>",
            x + 12,
            escaped(&shortened(&line))
        );
    }
    text.push_str("</g>\n");
}

/// Where the lines begin and end: beside each other at a box, in the order of where they come from or lead to.
fn ends(picture: &Picture, places: &[Place]) -> Vec<(Point, Point)> {
    let middle = |at: usize| places.get(at).map_or(0, Place::middle);
    let spread = |of: fn(&Line) -> usize, other: fn(&Line) -> usize| {
        let mut ends = vec![0; picture.lines.len()];
        for (at, place) in places.iter().enumerate() {
            let here = picture.lines.iter().enumerate().filter(|(_, line)| of(line) == at);
            let mut here = here.map(|(number, line)| (middle(other(line)), number)).collect::<Vec<_>>();
            here.sort_unstable();
            let parts = here.len() + 1;
            for (part, (_, number)) in here.into_iter().enumerate() {
                if let Some(end) = ends.get_mut(number) {
                    *end = place.y + place.height * (part + 1) / parts;
                }
            }
        }
        ends
    };
    let (begin, end) = (spread(|line| line.from, |line| line.to), spread(|line| line.to, |line| line.from));
    let x = |at: usize| places.get(at).map_or(0, |place| place.x);
    let each = picture.lines.iter().zip(begin.into_iter().zip(end));
    each.map(|(line, (y1, y2))| ((x(line.from) + WIDTH, y1), (x(line.to), y2))).collect()
}

/// From the left, and from the top.
type Point = (usize, usize);

fn draw_line(text: &mut String, line: &Line, (x1, y1): Point, (x2, y2): Point, heaviest: i64) {
    let middle = usize::midpoint(x1, x2);
    // As wide as it is heavy, so that a tenth is still to be seen: 1 to 9 points, in tenths.
    let tenths = 10 + 80 * line.weight.max(0) / heaviest;
    let (stroke, dashes) =
        if line.is_wrong { ("#8a1c00", " stroke-dasharray=\"6 4\"") } else { ("#7799bb", "") };
    let _ = writeln!(
        text,
        "<path d=\"M {x1} {y1} C {middle} {y1}, {middle} {y2}, {x2} {y2}\" fill=\"none\" stroke=\"{stroke}\" \
         stroke-opacity=\"0.6\" stroke-width=\"{}.{}\"{dashes}/>",
        tenths / 10,
        tenths % 10
    );
}

/// What the lines to a box stand for, each beside its end; or together, where there are more than have room.
fn draw_numbers(text: &mut String, picture: &Picture, ends: &[(Point, Point)], at: usize, place: &Place) {
    let here = picture.lines.iter().zip(ends).filter(|(line, _)| line.to == at);
    let mut here = here.map(|(line, (_, (_, y)))| (line.weight, *y)).collect::<Vec<_>>();
    if here.len() * LEAST_BETWEEN_NUMBERS > place.height {
        here = vec![(here.iter().map(|(weight, _)| weight).sum(), place.middle())];
    }
    for (weight, y) in here {
        let _ = writeln!(
            text,
            "<text x=\"{}\" y=\"{}\" text-anchor=\"end\" font-size=\"11\" fill=\"#222222\" stroke=\"#ffffff\" \
             stroke-width=\"3\" paint-order=\"stroke\">{weight}</text>",
            place.x - 6,
            y + 4,
        );
    }
}

/// For those who do not see it: each line of it, in words.
fn in_words(picture: &Picture) -> String {
    let name = |at: usize| picture.nodes.get(at).map_or("", |one| one.name.as_str());
    let lines =
        picture.lines.iter().map(|line| format!("{} → {}: {}.", name(line.from), name(line.to), line.weight));
    let wrong = picture.nodes.iter().filter(|one| !one.warnings.is_empty());
    let wrong = wrong.map(|one| format!("{}: {}.", one.name, one.warnings.join(", ")));
    lines.chain(wrong).collect::<Vec<_>>().join(" ")
}

fn shortened(text: &str) -> String {
    if text.chars().count() <= LETTERS {
        return text.to_owned();
    }
    text.chars().take(LETTERS - 1).chain(['…']).collect()
}

/// As XML takes it; what XML has no way to write is left out.
fn escaped(text: &str) -> String {
    let mut said = String::new();
    for letter in text.chars() {
        match letter {
            '&' => said.push_str("&amp;"),
            '<' => said.push_str("&lt;"),
            '>' => said.push_str("&gt;"),
            '"' => said.push_str("&quot;"),
            letter if letter.is_control() => said.push(' '),
            '\u{fffe}' | '\u{ffff}' => {}
            letter => said.push(letter),
        }
    }
    said
}
