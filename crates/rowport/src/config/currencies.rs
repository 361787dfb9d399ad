//! The currencies of ISO 4217 that are money today, so that a slip such as `EURO` or `eur` is found before
//! somebody's spreadsheet shows it.

use super::nearest::nearest;

const CODES: &str = "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD \
    CAD CDF CHF CLF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF \
    GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR \
    LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK \
    PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT \
    TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG \
    ANG CUC HRK SLL ZWL";

/// Whether it is the code of a currency, in capitals.
pub(super) fn is_known(code: &str) -> bool {
    CODES.split(' ').any(|known| known == code)
}

/// The code that was probably meant. Half the codes differ from one another by a letter, so only additions to one
/// (`EURO`) and other capitals are taken for slips, and names and signs that everybody knows.
pub(super) fn meant(written: &str) -> Option<&'static str> {
    let capitals = written.trim().to_uppercase();
    let sign = match capitals.as_str() {
        "€" => Some("EUR"),
        "$" | "DOLLAR" | "US$" => Some("USD"),
        "£" | "POUND" => Some("GBP"),
        "¥" | "YEN" => Some("JPY"),
        _ => None,
    };
    let codes: Vec<_> = CODES.split(' ').collect();
    sign.or_else(|| codes.iter().copied().find(|code| *code == capitals))
        .or_else(|| nearest(&capitals, &codes).filter(|code| capitals.starts_with(code)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_known_in_capitals_and_a_slip_is_recognised() {
        assert!(is_known("EUR") && is_known("JPY"));
        assert!(!is_known("eur") && !is_known("EURO") && !is_known("") && !is_known("EUR USD"));
        for (written, code) in
            [("eur", Some("EUR")), ("EURO", Some("EUR")), ("€", Some("EUR")), ("XYZ", None), ("", None)]
        {
            assert_eq!(meant(written), code, "{written}");
        }
    }
}
