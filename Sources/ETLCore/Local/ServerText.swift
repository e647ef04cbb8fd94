/// Texts quoted for those who will read them.
enum ServerText {
    /// A word for a POSIX shell.
    static func shellWord(_ text: String) -> String { "'" + text.replacing("'", with: #"'\''"#) + "'" }

    /// A text that another program will put between double quotes for a POSIX shell, as `pg_ctl` does with its log.
    static func insideDoubleQuotes(_ text: String) -> String {
        var result = ""
        for character in text {
            if #""\$`"#.contains(character) { result.append("\\") }
            result.append(character)
        }
        return result
    }

    /// An entry of a list setting of PostgreSQL, as `unix_socket_directories`.
    static func listEntry(_ text: String) -> String { "\"" + text.replacing("\"", with: "\"\"") + "\"" }

    /// The value of a libpq keyword, in quotes where it needs them.
    static func connectionValue(_ text: String) -> String {
        let isPlain = text.utf8.allSatisfy { byte in
            switch UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte {
            case true: true
            case false:
                UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte || UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte
                    || "/._-+".utf8.contains(byte)
            }
        }
        if isPlain && !text.isEmpty { return text }
        return "'" + text.replacing("\\", with: "\\\\").replacing("'", with: "\\'") + "'"
    }

    /// The last lines of a text, for an error message.
    static func lastLines(_ text: String, count: Int = 15) -> String {
        text.split(separator: "\n").suffix(count).map { "  \($0)" }.joined(separator: "\n")
    }
}
