import Foundation
import TestSupport
import Testing

@testable import ETLCore

/// Broken files by the thousand: each is refused, or each of its rows is staged as it stands.
@Suite struct ExtractionFuzzTests {
    private struct Figures: Sendable {
        var files = 0
        var refused = 0
        var rows = 0

        static func + (left: Figures, right: Figures) -> Figures {
            Figures(
                files: left.files + right.files, refused: left.refused + right.refused, rows: left.rows + right.rows)
        }
    }

    @Test func aBrokenFileIsRefusedOrItsRowsAreStaged() async throws {
        let (shards, size) = FuzzShare.isFull ? (20, 5_000) : (4, 500)
        let figures = try await withThrowingTaskGroup(of: Figures.self) { group in
            for shard in 0..<shards {
                group.addTask { try Self.fuzz(seed: FuzzShare.seed &* 1000 &+ UInt64(shard), mutants: size) }
            }
            return try await group.reduce(Figures(), +)
        }
        #expect(figures.files == shards * size * 2)
        // Both sides of the question were asked.
        #expect(figures.refused > figures.files / 4 && figures.refused < figures.files * 9 / 10 && figures.rows > size)
        FuzzShare.report(
            "\(figures.files) mutated files, \(figures.rows) rows staged, \(figures.refused) files refused, 0 crashes")
    }

    private static func fuzz(seed: UInt64, mutants: Int) throws -> Figures {
        var random = SeededRandom(seed: seed)
        var figures = Figures()
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        for number in 0..<mutants {
            let file = JSONMutator.file(&random)
            for format in [BatchFormat.jsonArray, .jsonLines] {
                let sizes = [[1], [2, 3], [7], [64], [1, 4096], [Int.max]]
                let choice = sizes[Int.random(in: 0..<sizes.count, using: &random)]
                let extraction = try Extraction(file, format, batchID: number) {
                    choice[Int.random(in: 0..<choice.count, using: &random)]
                }
                let what =
                    "seed \(seed), mutant \(number), \(format): \(String(decoding: file, as: UTF8.self).debugDescription)"
                figures.rows += try judge(extraction, file, format, batchID: number, what)
                figures.refused += extraction.refusal == nil ? 0 : 1
                figures.files += 1
                if number % 10 == 0 { try read(file, format, batchID: number, in: folder, as: extraction, what) }
            }
        }
        return figures
    }

    /// Compares with what an independent reader finds; returns how many rows were staged.
    private static func judge(
        _ extraction: Extraction, _ file: [UInt8], _ format: BatchFormat, batchID: Int, _ what: String
    ) throws -> Int {
        let places = StrictJSON.rows(of: file, format)
        let isTooDeep = extraction.refusal?.code == .tooDeep
        guard isTooDeep || (extraction.refusal == nil) == (places != nil) else {
            Issue.record("\(what): \(String(describing: extraction.refusal))")
            return 0
        }
        if let refusal = extraction.refusal {
            #expect((0...file.count).contains(refusal.byteOffset) && !refusal.reason.isEmpty, "\(what): \(refusal)")
            #expect(!isTooDeep || deepest(file) > 1024, "\(what)")
            return 0
        }
        let expected = (places ?? []).enumerated().map { index, place in
            StagedRow(JudgedRow(Array(file[place])), number: index + 1, batchID: batchID)
        }
        let staged = try StagedRow.all(in: extraction.staged)
        if staged != expected { Issue.record("\(what): staged \(staged), expected \(expected)") }
        return staged.count
    }

    /// An upper bound of the nesting: strings are counted too.
    private static func deepest(_ file: [UInt8]) -> Int {
        var (depth, deepest) = (0, 0)
        for byte in file {
            if byte == UInt8(ascii: "[") || byte == UInt8(ascii: "{") { depth += 1 }
            if byte == UInt8(ascii: "]") || byte == UInt8(ascii: "}") { depth -= 1 }
            deepest = max(deepest, depth)
        }
        return deepest
    }

    /// The same file by way of a folder.
    private static func read(
        _ file: [UInt8], _ format: BatchFormat, batchID: Int, in folder: String, as extraction: Extraction,
        _ what: String
    ) throws {
        let path = "\(folder)/batch_\(batchID).\(format == .jsonArray ? "json" : "ndjson")"
        try Data(file).write(to: URL(fileURLWithPath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        let whole = try Extraction(folder: folder)
        #expect(
            whole.refusal == extraction.refusal && (whole.refusal != nil || whole.staged == extraction.staged),
            "\(what)")
    }
}
