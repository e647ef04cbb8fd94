import ETLCore
import Foundation
import Testing

@testable import ETLJob

/// The summary of a run, on terminals of different widths and in a file.
@Suite struct RunTableTests {
    static func report(lookAt: String = "[]", read: Int = 400) throws -> RunReport {
        let batches = (18...19).map { id in
            """
            {"batch_id": \(id), "source": "b", "status": "applied", "read": \(read), "accepted": \(read - 16),
             "rejected": 16, "reasons": {"duplicate_id_in_batch": 9, "score_missing": 7, "id_missing": 1},
             "window": [\(id - 2), \(id - 1), \(id)], "snapshots": 1, "seconds": 0.04,
             "drift_alarms": \(id == 19 ? #"["(all)", "hair care"]"# : "[]")}
            """
        }
        let json = """
            {"batches": [\(batches.joined(separator: ","))], "look_at": \(lookAt),
             "totals": {"applied": 2, "skipped": 0, "read": \(2 * read), "accepted": \(2 * read - 32), "rejected": 32,
                        "snapshots": 2}}
            """
        return try JSONDecoder().decode(RunReport.self, from: Data(json.utf8))
    }

    @Test func aFileGetsAllReasonsAndDrifts() throws {
        let text = RunTable(try Self.report(), place: ".", width: nil).text
        #expect(text.contains("duplicate_id_in_batch 9, score_missing 7, id_missing 1  17–19"))
        #expect(text.contains("17–19   (all), hair care  0.04 s"))
        #expect(text.hasSuffix("\n2 batches applied. All in order."))
        #expect(try RunTable(Self.report(), place: ".", width: 200).text == text)
    }

    @Test(arguments: [80, 90, 100, 110])
    func aTerminalGetsLinesThatFitItWithTheMainReason(width: Int) throws {
        let text = RunTable(try Self.report(read: 300_000), place: ".", width: width).text
        let lines = text.split(separator: "\n")
        #expect(lines.map(\.count).allSatisfy { $0 <= width })
        #expect(lines[3].contains(" 9 +2 ") && lines[3].contains("hair care +1") && lines[3].hasSuffix("0.04 s"))
        #expect(lines[3].contains("duplicate_id_in_batch") == (width >= 100))
    }

    @Test func theClosingLineSaysWhatToLookAt() throws {
        let text = RunTable(try Self.report(lookAt: #"["one (a)", "two\u001b (b)"]"#), place: ".", width: 80).text
        #expect(text.hasSuffix("\n2 batches applied. Look at: one (a); two\\u{1b} (b)."))
    }
}
