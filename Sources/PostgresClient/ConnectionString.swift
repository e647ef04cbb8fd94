internal import CLibPQ

/// The text that names a database, looked at before libpq connects by it: its errors quote what they take for a name.
enum ConnectionString {
    /// Whether libpq can parse a connection string.
    ///
    /// What is neither a URL nor `keyword=value` text, libpq takes for the name of a database, which the server then
    /// quotes: a mistyped URL, password and all. So only what looks like a name is one.
    static func canParse(_ database: String) -> Bool {
        let isURL = database.hasPrefix("postgresql://") || database.hasPrefix("postgres://")
        guard isURL || database.contains("=") else {
            return database.unicodeScalars.allSatisfy {
                $0.properties.isAlphabetic || "0123456789_-.$".unicodeScalars.contains($0)
            }
        }
        if isURL && !isUnambiguous(url: database) { return false }
        guard let list = PQconninfoParse(database, nil) else { return false }
        // What stands for a port may be a password, where a `/` in it was not encoded.
        let port = ConnectionOptions.read(list)["port"] ?? ""
        return !isURL || port.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == UInt8(ascii: ",") }
    }

    /// Whether a URL has at most one `@`, before its first `/`.
    ///
    /// Of a password with one of these in it, libpq takes a part for the host or the database, and names it in errors.
    private static func isUnambiguous(url: String) -> Bool {
        let rest = url[(url.firstRange(of: "://")?.upperBound ?? url.startIndex)...].prefix { $0 != "?" }
        let parts = rest.split(separator: "@", omittingEmptySubsequences: false)
        return parts.count == 1 ? true : parts.count == 2 && !parts[0].contains("/")
    }
}
