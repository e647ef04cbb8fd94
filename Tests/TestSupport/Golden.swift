import Foundation

/// How a text differs from the one that is kept in `Tests/CommandLineTests/Golden`; nil where it is the same.
///
/// With `RECORD_GOLDEN=1` the file is written anew, and that counts as a difference: nothing is recorded by accident.
public func goldenDifference(_ actual: String, _ name: String) throws -> String? {
    let path = "\(TestServer.repositoryRoot)/Tests/CommandLineTests/Golden/\(name)"
    if ProcessInfo.processInfo.environment["RECORD_GOLDEN"] == "1" {
        try Data(actual.utf8).write(to: URL(fileURLWithPath: path))
        return "recorded \(name); run again without RECORD_GOLDEN"
    }
    let expected = try String(contentsOfFile: path, encoding: .utf8)
    if actual == expected { return nil }
    let lines = (actual.components(separatedBy: "\n"), expected.components(separatedBy: "\n"))
    let first = zip(lines.0, lines.1).enumerated().first { $0.element.0 != $0.element.1 }
    return """
        differs from \(name) (RECORD_GOLDEN=1 records it anew), first in line \((first?.offset ?? -1) + 1):
        actual:   \(first?.element.0 ?? "\(lines.0.count) lines")
        expected: \(first?.element.1 ?? "\(lines.1.count) lines")
        """
}
