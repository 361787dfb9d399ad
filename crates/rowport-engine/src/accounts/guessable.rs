//! Passwords that are guessed first, though they are long.

/// What common passwords of twelve characters and more are made of: the words that head the published lists, and rows of
/// keys. Digits and signs around them add nothing.
const COMMON: &[&str] = &[
    "administrator",
    "password",
    "passwort",
    "passwd",
    "qwertyuiop",
    "qwertzuiop",
    "azertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "yxcvbnm",
    "1qaz2wsx3edc",
    "1q2w3e4r5t6y",
    "1q2w3e4r5t",
    "1q2w3e4r",
    "q1w2e3r4t5y6",
    "q1w2e3r4",
    "1qaz2wsx",
    "qazwsxedc",
    "qazwsx",
    "qwerty",
    "qwertz",
    "azerty",
    "asdfgh",
    "zxcvbn",
    "letmein",
    "welcome",
    "iloveyou",
    "ilove",
    "sunshine",
    "princess",
    "football",
    "baseball",
    "basketball",
    "superman",
    "batman",
    "dragon",
    "monkey",
    "shadow",
    "master",
    "michael",
    "jennifer",
    "jordan",
    "killer",
    "trustno",
    "changeme",
    "changeit",
    "default",
    "secret",
    "computer",
    "internet",
    "database",
    "postgres",
    "mariadb",
    "mysql",
    "sqlite",
    "oracle",
    "rowport",
    "admin",
    "root",
    "user",
    "guest",
    "login",
    "test",
    "demo",
    "hello",
    "winter",
    "spring",
    "summer",
    "autumn",
    "qwer",
    "asdf",
    "zxcv",
    "abcd",
    "pass",
];

/// Whether little is left of the password without what everybody would try: common words in any capitals and with signs
/// for letters, runs such as `1234` and `aaaa`, and the parts of the person's own address.
pub(super) fn is(password: &str, email: &str) -> bool {
    /// So many letters or digits that are nothing of the kind make a password one's own.
    const ENOUGH: usize = 6;
    let folded = password.to_lowercase();
    let mut distinct: Vec<char> = folded.chars().collect();
    distinct.sort_unstable();
    distinct.dedup();
    if distinct.len() < 5 {
        return true;
    }
    let own: Vec<String> = email
        .to_lowercase()
        .split(|c: char| !c.is_alphanumeric())
        .filter(|part| part.chars().count() >= 3)
        .map(str::to_owned)
        .collect();
    // As it stands, and with the letters that signs stand for: what is left of either must be enough.
    let spellings = [folded.clone(), folded.chars().map(letter).collect()];
    spellings.iter().any(|spelling| own_characters(spelling, &own) < ENOUGH)
}

/// The letter that a sign or a digit is written for.
fn letter(c: char) -> char {
    match c {
        '0' => 'o',
        '1' | '!' | '|' => 'i',
        '3' | '€' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' => 't',
        c => c,
    }
}

/// How many letters and digits there are in no common word, no run and no part of the address.
fn own_characters(text: &str, own: &[String]) -> usize {
    let mut words: Vec<&str> = COMMON.iter().copied().chain(own.iter().map(String::as_str)).collect();
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    let mut left = text.to_owned();
    for word in words {
        left = left.replace(word, " ");
    }
    let rest: Vec<char> = left.chars().collect();
    let mut count = 0;
    let mut at = 0;
    while at < rest.len() {
        let run = run(&rest[at..]);
        if run < 4 {
            count += rest[at..at + run].iter().filter(|c| c.is_alphanumeric()).count();
        }
        at += run;
    }
    count
}

/// The length of the run that a text begins with: the same step from each character to the next.
fn run(text: &[char]) -> usize {
    let step = |pair: &[char]| i64::from(u32::from(pair[1])) - i64::from(u32::from(pair[0]));
    let Some(first) = text.get(..2).map(step).filter(|step| step.abs() <= 1) else { return 1 };
    let more = text.windows(2).skip(1).take_while(|pair| step(pair) == first).count();
    // A pair is no run yet, and its second half may begin one.
    if more == 0 { 1 } else { more + 2 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_everybody_tries_first_is_refused_and_words_in_a_row_are_not() {
        let email = "ada.lovelace@example.org";
        for password in [
            "password1234",
            "Password1234!",
            "P@ssw0rd2024!",
            "passwordpassword",
            "123456789012",
            "qwertyuiop12",
            "1q2w3e4r5t6y",
            "1qaz2wsx3edc",
            "adminadmin123",
            "letmein12345",
            "Welcome2024!!",
            "iloveyou1234",
            "administrator",
            "Administrator1",
            "aaaaaaaaaaaa",
            "abababababab",
            "abcdefghijkl",
            "zyxwvutsrqpo",
            "ada.lovelace@example.org",
            "ada.lovelace@example.org1",
            "Lovelace2024!",
            "adalovelace123",
            "example.org2024",
            "rowport12345",
            "changeme1234",
            "000000000000",
            "qwerty123456",
            "asdfghjkl123",
            "secretsecret",
            "postgrespostgres",
            "!!!!password!!!!",
            "111122223333",
        ] {
            assert!(is(password, email), "{password}");
        }
        for password in [
            "correct horse",
            "correct horse battery",
            "a long pass phrase of mine",
            "my password is quite long",
            "tGz4-9fKq-2mWx",
            "836495027461",
            "Ωμέγα και άλφα πάντα",
            "lovelace wrote notes",
            "summer in patagonia",
        ] {
            assert!(!is(password, email), "{password}");
        }
    }
}
