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
        var misjudged = 0

        static func + (left: Figures, right: Figures) -> Figures {
            var sum = left
            sum.files += right.files
            sum.refused += right.refused
            sum.rows += right.rows
            sum.misjudged += right.misjudged
            return sum
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
            """
            \(figures.files) mutated files, \(figures.rows) rows staged, \(figures.refused) files refused, \
            \(figures.misjudged) misjudged, 0 crashes
            """)
    }

    /// Breaks files and judges what becomes of each, as an array and as lines.
    private static func fuzz(seed: UInt64, mutants: Int) throws -> Figures {
        var random = SeededRandom(seed: seed)
        var figures = Figures()
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        for number in 0..<mutants {
            let file = JSONMutator.file(&random)
            for format in [BatchFormat.jsonArray, .jsonLines] {
                let mutant = Mutant(file: file, format: format, number: number, seed: seed)
                let sizes = [[1], [2, 3], [7], [64], [1, 4096], [Int.max]]
                let choice = sizes[Int.random(in: 0..<sizes.count, using: &random)]
                let extraction = try Extraction(file, format, batchID: number) {
                    choice[Int.random(in: 0..<choice.count, using: &random)]
                }
                let fault = try mutant.fault(in: extraction)
                if let fault { Issue.record("\(mutant): \(fault)") }
                figures.files += 1
                figures.misjudged += fault == nil ? 0 : 1
                figures.refused += extraction.refusal == nil ? 0 : 1
                figures.rows += extraction.refusal == nil ? try StagedRow.all(in: extraction.staged).count : 0
                if number % 10 == 0 {
                    let whole = try mutant.read(in: folder)
                    #expect(whole.refusal == extraction.refusal, "\(mutant)")
                    #expect(whole.refusal != nil || whole.staged == extraction.staged, "\(mutant)")
                }
            }
        }
        return figures
    }
}

/// A broken file.
private struct Mutant: CustomStringConvertible {
    let file: [UInt8]
    let format: BatchFormat
    let number: Int
    let seed: UInt64

    var description: String {
        "seed \(seed), mutant \(number), \(format): \(String(decoding: file, as: UTF8.self).debugDescription)"
    }

    /// How an extraction differs from what an independent reader finds; nil where it does not.
    func fault(in extraction: Extraction) throws -> String? {
        let places = StrictJSON.rows(of: file, format)
        guard let refusal = extraction.refusal else {
            guard let places else { return "accepted" }
            let expected = places.enumerated().map { index, place in
                StagedRow(JudgedRow(Array(file[place])), number: index + 1, batchID: number)
            }
            let staged = try StagedRow.all(in: extraction.staged)
            return staged == expected ? nil : "staged \(staged), expected \(expected)"
        }
        if places != nil && (refusal.code != .tooDeep || deepest <= 1024) { return "refused: \(refusal)" }
        return (0...file.count).contains(refusal.byteOffset) && !refusal.reason.isEmpty ? nil : "the place: \(refusal)"
    }

    /// The same file by way of a folder, as a run reads it.
    func read(in folder: String) throws -> Extraction {
        let path = "\(folder)/batch_\(number).\(format == .jsonArray ? "json" : "ndjson")"
        try Data(file).write(to: URL(fileURLWithPath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        return try Extraction(folder: folder)
    }

    /// An upper bound of the nesting: brackets in strings are counted too.
    private var deepest: Int {
        var (depth, deepest) = (0, 0)
        for byte in file {
            if byte == UInt8(ascii: "[") || byte == UInt8(ascii: "{") { depth += 1 }
            if byte == UInt8(ascii: "]") || byte == UInt8(ascii: "}") { depth -= 1 }
            deepest = max(deepest, depth)
        }
        return deepest
    }
}
