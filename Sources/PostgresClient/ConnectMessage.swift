/// What libpq said of an attempt to connect, in its verbose form: `FATAL:  28P01: password authentication failed…`.
struct ConnectMessage {
    /// The text for people: without codes and places in the server's source.
    let message: String
    /// The SQLSTATEs in it, one per host that turned us away.
    let sqlStates: [String]

    init(_ verbose: String) {
        var lines: [String] = []
        var states: [String] = []
        for line in verbose.split(separator: "\n", omittingEmptySubsequences: false) {
            // The severity may be translated; the code and its place are not.
            if let code = line.firstMatch(of: #/:  ([0-9A-Z]{5}): /#) {
                states.append(String(code.output.1))
                lines.append(line[..<code.range.lowerBound] + ":  " + line[code.range.upperBound...])
            } else if line.firstMatch(of: #/^[^ ]+:  [A-Za-z_0-9]+, [A-Za-z_0-9]+\.c:[0-9]+$/#) == nil {
                lines.append(String(line))
            }
        }
        message = lines.joined(separator: "\n")
        sqlStates = states
    }
}
