import Foundation
import Testing
import TestSupport

extension Program.Outcome {
    /// Expects that nothing of what was written is one of the marked texts, or steers a terminal.
    func expectNothing(of marks: [String], _ what: String, sourceLocation: SourceLocation = #_sourceLocation) {
        let written = output + errors
        for mark in marks where written.lowercased().contains(mark.lowercased()) {
            Issue.record("\(what): \(mark) was written:\n\(written)", sourceLocation: sourceLocation)
        }
        for scalar in written.unicodeScalars where scalar != "\n" {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator:
                Issue.record(
                    "\(what): U+\(String(scalar.value, radix: 16)) was written", sourceLocation: sourceLocation)
                return
            default: continue
            }
        }
    }
}

/// The ways in which a log can be asked for that shows most.
let talkativeLogs = [["--log-level", "debug"], ["--log-level", "debug", "--log-format", "json"]]
