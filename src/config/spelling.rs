//! Which known word a misspelt one may have meant.

/// How many letters may be wrong.
const LIMIT: usize = 2;

/// The first of the nearest words, when it is at most two mistakes away. A known word means itself: none is near it.
pub(super) fn closest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let (distance, nearest) =
        known.map(|candidate| (distance(word, candidate), candidate)).min_by_key(|(distance, _)| *distance)?;
    (1..=LIMIT).contains(&distance).then_some(nearest)
}

/// How many letters must be added, removed, changed or swapped with their neighbour to make one word the other.
/// Hyphens and underscores are the same.
fn distance(left: &str, right: &str) -> usize {
    let letters = |word: &str| word.replace('-', "_").chars().collect::<Vec<_>>();
    let (left, right) = (letters(left), letters(right));
    let mut rows = vec![(0..=right.len()).collect::<Vec<_>>()];
    for i in 1..=left.len() {
        let mut row = vec![i];
        for j in 1..=right.len() {
            let change = rows[i - 1][j - 1] + usize::from(left[i - 1] != right[j - 1]);
            let mut best = change.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[left.len()][right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_count_mistakes() {
        for (left, right, expected) in [
            ("port", "port", 0),
            ("prot", "port", 1),
            ("pots", "port", 2),
            ("", "port", 4),
            ("host", "", 4),
            ("allow-hosts", "allow_host", 1),
            ("databas_url", "database_uri", 2),
        ] {
            assert_eq!(distance(left, right), expected, "{left} {right}");
        }
    }

    #[test]
    fn the_nearest_word_is_named_and_only_when_it_is_near() {
        let known = ["host", "port", "allow_host", "allow_origin"];
        let closest = |word| closest(word, known.into_iter());
        assert_eq!(closest("prot"), Some("port"));
        assert_eq!(closest("Port"), Some("port"));
        assert_eq!(closest("hort"), Some("host"));
        assert_eq!(closest("allow_orign"), Some("allow_origin"));
        assert_eq!(closest("software_root"), None);
        assert_eq!(closest("port"), None);
    }
}
