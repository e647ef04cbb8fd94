/// Text from data as a page may show it.
///
/// Characters that steer a terminal, a printer or the direction of writing become visible. A combining character after
/// one that HTML gives a meaning becomes visible too: the template library escapes whole characters, and would not
/// know a quotation mark with an accent for one.
func pageText(_ text: String) -> String {
    var result = ""
    var follows = false
    for scalar in text.unicodeScalars {
        let steers =
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned, .privateUse: true
            default: follows && "<\(Character(scalar))".count == 1
            }
        if steers {
            result += scalar == "\t" ? " " : "\\u{\(String(scalar.value, radix: 16))}"
        } else {
            result.unicodeScalars.append(scalar)
        }
        follows = !steers && ["<", ">", "&", "\"", "'"].contains(scalar)
    }
    return result
}

/// A name that is cut where it is too long for its place.
func shortened(_ text: String, to limit: Int) -> String {
    let shown = pageText(text)
    return shown.count > limit ? shown.prefix(limit - 1) + "…" : shown
}

/// A number to so many significant digits, without an exponent where people can do without: 0.0314, 1.25, 1,234.
func figure(_ value: Double?, _ digits: Int = 3) -> String {
    guard let value else { return "–" }
    guard value.isFinite else { return "∞" }
    if value == 0 { return "0" }
    let magnitude = value.magnitude
    if magnitude < 1e-4 { return minus(scientific(value)) }
    if magnitude >= 10_000 { return minus(grouped(Int(min(max(value, -9e18), 9e18).rounded()))) }
    var places = digits - 1
    var bound = 10.0
    while magnitude >= bound && places > 0 { (bound, places) = (bound * 10, places - 1) }
    bound = 1
    while magnitude < bound && places < 6 { (bound, places) = (bound / 10, places + 1) }
    return minus(decimal(value, places))
}

/// A number with a sign, where people look for the direction: +0.21, −0.3.
func signedText(_ value: Double?, _ places: Int) -> String {
    guard let value else { return "–" }
    let text = minus(decimal(value, places))
    return value > 0 && text.contains { $0.isNumber && $0 != "0" } ? "+" + text : text
}

/// A number with so many decimals and a true minus sign; a dash where there is none.
func fixed(_ value: Double?, _ places: Int) -> String { value.map { minus(decimal($0, places)) } ?? "–" }

/// A share as a percentage: 1.9 %.
func percent(_ part: Int, of whole: Int) -> String {
    whole == 0 ? "–" : decimal(100 * Double(part) / Double(whole), 1) + " %"
}

private func minus(_ text: String) -> String { text.hasPrefix("-") ? "−" + text.dropFirst() : text }

private func scientific(_ value: Double) -> String {
    var (mantissa, exponent) = (value, 0)
    while mantissa.magnitude < 1 && exponent > -320 { (mantissa, exponent) = (mantissa * 10, exponent - 1) }
    let superscripts = Array("⁰¹²³⁴⁵⁶⁷⁸⁹")
    return "\(decimal(mantissa, 1))·10⁻"
        + String(exponent.magnitude.description.compactMap(\.wholeNumberValue).map { superscripts[$0] })
}
