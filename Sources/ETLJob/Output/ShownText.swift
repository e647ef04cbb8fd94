// What a text goes through before a terminal, a log or a program gets it.

extension Unicode.Scalar {
    /// Whether a terminal may take it for an order, or show what follows it in another order than it stands.
    fileprivate var steersTerminals: Bool {
        switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }
}

/// Text that may have come from raw data, with control characters made visible: they must not steer a terminal.
func printable(_ text: String, keepingLines: Bool = false) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
        if !scalar.steersTerminals || keepingLines && scalar == "\n" {
            result.unicodeScalars.append(scalar)
        } else {
            result += scalar == "\t" ? " " : "\\u{\(String(scalar.value, radix: 16))}"
        }
    }
    return result
}

/// JSON with every character escaped that would steer a terminal; a program reads the same values from it.
///
/// An encoder escapes what JSON demands, which leaves out U+007F to U+009F and what turns the writing direction.
/// Outside of strings there is none of these, so the place of each is one where an escape may stand.
func escapedForTerminals(json: String) -> String {
    guard json.unicodeScalars.contains(where: \.steersTerminals) else { return json }
    var result = ""
    for scalar in json.unicodeScalars {
        guard scalar.steersTerminals else {
            result.unicodeScalars.append(scalar)
            continue
        }
        for unit in String(scalar).utf16 {
            let digits = String(unit, radix: 16)
            result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }
    }
    return result
}

/// Text of a log or an error, with `***` for what stands where a password does.
///
/// Nothing of the job puts a password into a text. This is for the words of somebody who gave a URL where something
/// else was expected, which the message then names.
func withoutPasswords(_ text: String) -> String {
    text.replacing(/(:\/\/[^\s\/:@]*:)\S*@/) { "\($0.output.1)***@" }
        .replacing(/([^\s:@\/*]+:)[^\s:@\/*][^\s@\/]*@/) { "\($0.output.1)***@" }
        .replacing(/(?i)(\w*password)\s*=\s*('(?:[^'\\]|\\.)*'|(?:\\.|[^\s\\])+)/) { "\($0.output.1)=***" }
}
