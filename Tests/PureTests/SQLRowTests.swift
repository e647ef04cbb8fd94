@testable import ETLCore
import Foundation
import PostgresClient
import Testing
import TestSupport

/// Rows from SQL on their way to raw rows.
@Suite struct SQLRowTests {
    @Test func aJSONNumberIsWhatFoundationTakesForOne() {
        var random = SeededRandom(seed: 3)
        let characters = Array("0123456789.-+eE ")
        var numbers = 0
        for _ in 0..<20_000 {
            let text = String(
                (0..<Int.random(in: 0...7, using: &random)).map { _ in characters.randomElement(using: &random)! })
            // A number alone has no array around it to be closed early.
            let isNumber = StrictJSON.rows(of: Array("[\(text)]".utf8), .jsonArray)?.count == 1
            let bytes = Array(text.utf8)
            #expect(bytes.withUnsafeBytes { JSONNumber.isNumber($0) } == isNumber, "\(text)")
            if isNumber { numbers += 1 }
        }
        #expect(numbers > 1000)
    }

    @Test func theDigestOfRowsKnowsNoOrderButEveryRow() throws {
        func digest(_ rows: [String]) throws -> String {
            var digest = RowSetDigest()
            for row in rows { try Array(row.utf8).withUnsafeBytes { try digest.add($0) } }
            return try digest.finish()
        }
        let rows = (0..<200).map { "row \($0)" }
        let reference = try digest(rows)
        #expect(reference.count == 64)
        for seed in 0..<20 {
            var random = SeededRandom(seed: UInt64(seed))
            #expect(try digest(rows.shuffled(using: &random)) == reference)
        }
        #expect(try digest(Array(rows.dropLast())) != reference)
        #expect(try digest(rows + ["row 0"]) != reference)
        #expect(try digest(rows.map { $0 == "row 7" ? "row 8" : $0 }) != reference)
        #expect(try digest(["ab", "c"]) != digest(["a", "bc"]))
        #expect(try digest([]) != digest([""]))
    }

    @Test func columnsAreFoundByName() throws {
        func column(_ name: String, _ type: UInt32 = 25) -> StreamedColumn { StreamedColumn(name: name, type: type) }
        let columns = try RowColumns(
            [column("industry"), column("more", 1184), column("score", 701), column("id")], of: "q")
        #expect(columns.parts.map(\.key) == ["id", "score", "industry"] && columns.parts.map(\.column) == [3, 2, 0])
        #expect(columns.parts.map(\.encoding) == [.string, .number, .string] && columns.payload == nil)
        #expect(try RowColumns([column("payload", 3802)], of: "q").payload == 0)
        for wrong in [[], [column("ID"), column("score"), column("industry")], [column("payload")], [column("id")]] {
            #expect(throws: JobError.self) { try RowColumns(wrong, of: "q") }
        }
    }
}
