import Foundation
import Testing

@testable import ETLCore

@Suite("Synthetic raw batches")
struct SampleTests {
    // MARK: Determinism

    @Test("The same seed gives the same bytes, another seed others")
    func seed() throws {
        let first = try Sample(batches: 3)
        let second = try Sample(batches: 3)
        let other = try Sample(batches: 3, seed: 7)
        for number in 0..<3 {
            #expect(try first.bytes(number) == second.bytes(number))
            #expect(try first.bytes(number) != other.bytes(number))
        }
    }

    @Test("A batch is the same however many are written, and wherever they begin")
    func batchesAreIndependent() throws {
        let many = try Sample(batches: 9, rescoredShare: 0.4)
        let few = try Sample(batches: 2, firstBatch: 7, rescoredShare: 0.4)
        #expect(try many.bytes(7) == few.bytes(7))
        #expect(try many.bytes(8) == few.bytes(8))
    }

    @Test("The committed batches of the default seed never change")
    func goldenRow() throws {
        let start = try Sample().text(0).dropFirst().prefix(Self.firstRow.count)
        #expect(start == Self.firstRow)
    }

    private static let firstRow = #"{"id": "01GNNA1J0028KK3M32NSB6KN9W", "score": 0.7505, "industry": "cars"}"#

    @Test("SplitMix64 gives the numbers of its reference implementation, in order and by position")
    func splitMix64() {
        // The first outputs of splitmix64.c for the state 1234567.
        let reference: [UInt64] = [
            6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
            4_593_380_528_125_082_431, 16_408_922_859_458_223_821,
        ]
        var stream = SplitMix64(state: 1_234_567)
        let untouched = stream
        for (index, number) in reference.enumerated() {
            #expect(stream.next() == number)
            #expect(untouched.number(at: index) == number)
        }
    }

    @Test("The portable logarithm agrees with the C library", arguments: [1e-300, 1e-9, 0.3, 0.7072, 0.99, 1])
    func logarithm(value: Double) {
        let expected = log(value)
        #expect(abs(NormalSource.naturalLogarithm(value) - expected) <= 4e-16 * max(abs(expected), 1))
    }

    // MARK: Likeness to the real batches

    @Test("Means, deviations and drift per industry are those of the real batches", arguments: [0, 19])
    func distributions(batch: Int) throws {
        let rows = try Sample(firstBatch: batch, assets: 40_000).rows(batch)
        let expected: [(industry: String, mean: Double, deviation: Double)] = [
            ("clothing", 0.506, 0.21), ("food", 0.308, 0.055), ("cars", 0.707, 0.048), ("hair care", 0.511, 0.10),
        ]
        for (industry, firstMean, deviation) in expected {
            let scores = rows.filter { $0.industry == industry }.compactMap { Double($0.score) }
            let count = Double(scores.count)
            let mean = scores.reduce(0, +) / count
            let variance = scores.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (count - 1)
            let drifted = firstMean + 0.009 * Double(batch)
            #expect(abs(count - 9_800) < 400)
            #expect(abs(mean - drifted) < 5 * deviation / count.squareRoot())
            #expect(abs(variance.squareRoot() / deviation - 1) < 0.03)
            // Normal, not merely of the same spread: 68.3 % and 95.4 % within one and two deviations.
            for (width, share) in [(1.0, 0.6827), (2.0, 0.9545)] {
                let inside = scores.count { abs($0 - drifted) < width * deviation }
                #expect(abs(Double(inside) / count - share) < 0.02)
            }
        }
    }

    @Test("One row in a hundred says error, one carries the sentinel and a corrupted label")
    func dirt() throws {
        let rows = try Sample(assets: 40_000).rows(0)
        let clean: Set = ["clothing", "food", "cars", "hair care"]
        let errors = rows.filter { $0.score == "\"error\"" }
        let sentinels = rows.filter { $0.score == "99999" }
        #expect((320...480).contains(errors.count))
        #expect((320...480).contains(sentinels.count))
        #expect(Set(errors.map(\.industry)) == clean)
        let corrupted: Set = ["cXXXXothing", "fXXXXXXXXd", "cXXXXrs", "hXXXXir cXXXXre"]
        #expect(Set(sentinels.map(\.industry)) == corrupted)
        #expect(rows.allSatisfy { clean.contains($0.industry) == ($0.score != "99999") })
    }

    @Test("Corrupted labels have their second character replaced everywhere")
    func corruptedLabels() throws {
        for industry in SampleIndustry.all {
            let second = try #require(industry.label.description.dropFirst().first)
            let expected = industry.label.description.replacing(String(second), with: "XXXX")
            #expect(industry.corruptedLabel.description == expected)
        }
    }

    @Test("The drift ends before scores leave −10…10")
    func driftIsBounded() throws {
        let last = Int(Int32.max)
        let scores = try Sample(firstBatch: last).rows(last).compactMap { Double($0.score) }
        #expect(scores.filter { $0 != 99999 }.allSatisfy { abs($0) < 10 })
    }

    @Test("Ids are ULIDs, rise in time within and over batches, share milliseconds and never repeat")
    func ids() throws {
        let sample = try Sample(batches: 4, assets: 5_000)
        let ids = try (0..<4).flatMap { try sample.rows($0).map(\.id) }
        let alphabet = Set("0123456789ABCDEFGHJKMNPQRSTVWXYZ")
        #expect(ids.allSatisfy { $0.count == 26 && $0.allSatisfy(alphabet.contains) && $0.first == "0" })
        let times = ids.map { $0.prefix(10) }
        #expect(zip(times, times.dropFirst()).allSatisfy { $0 <= $1 })
        #expect((180...220).contains(Set(times).count))
        #expect(Set(ids).count == 20_000)
        for batch in 1..<4 { #expect(times[batch * 5_000 - 1] < times[batch * 5_000]) }
        #expect(ids.first?.hasPrefix("01GNNA1J00") == true)
    }

    @Test("A share of the rows scores assets of the preceding batch again", arguments: [0.25, 0.8, 1])
    func rescored(share: Double) throws {
        let sample = try Sample(batches: 5, assets: 2_000, rescoredShare: share)
        var preceding = try Set(sample.rows(0).map(\.id))
        var everSeen = preceding
        var industries: [String: String] = [:]
        for number in 1..<5 {
            let rows = try sample.rows(number)
            let ids = Set(rows.map(\.id))
            #expect(ids.count == 2_000)
            let again = ids.intersection(preceding)
            #expect(abs(Double(again.count) / 2_000 - share) < 0.04)
            // What is not of the preceding batch is new.
            #expect(ids.subtracting(again).isDisjoint(with: everSeen))
            for row in rows where row.score != "99999" {
                #expect(industries.updateValue(row.industry, forKey: row.id) ?? row.industry == row.industry)
            }
            preceding = ids
            everSeen.formUnion(ids)
        }
    }

    // MARK: Layout

    @Test("The layout is that of the real batches: one line, no newline at its end")
    func layout() throws {
        let sample = try Sample(assets: 2_000)
        let text = try sample.text(0)
        #expect(text.hasPrefix("[{\"id\": \"") && text.hasSuffix("\"}]") && !text.contains("\n"))
        let parsed = try #require(
            JSONSerialization.jsonObject(with: sample.bytes(0)) as? [[String: Any]])
        #expect(parsed.count == 2_000)
        #expect(parsed.allSatisfy { Set($0.keys) == ["id", "score", "industry"] })
        // Row by row and byte by byte what was taken apart.
        let rows = try sample.rows(0)
        let rebuilt = rows.map { "{\"id\": \"\($0.id)\", \"score\": \($0.score), \"industry\": \"\($0.industry)\"}" }
        #expect("[" + rebuilt.joined(separator: ", ") + "]" == text)
    }

    @Test("Scores have one to four decimals without trailing zeros")
    func scoreTexts() throws {
        for row in try Sample(assets: 3_000).rows(0) where row.score != "\"error\"" && row.score != "99999" {
            #expect(row.score.wholeMatch(of: /-?[0-9]\.([0-9]|[0-9]{1,3}[1-9])/) != nil)
            #expect(row.score != "-0.0")
        }
    }

    @Test(
        "A rounded score is written as Python does",
        arguments: [
            (0, "0.0"), (1, "0.0001"), (-1, "-0.0001"), (4710, "0.471"), (5000, "0.5"), (-1059, "-0.1059"),
            (10_000, "1.0"), (11_234, "1.1234"), (-20_000, "-2.0"), (100_500, "10.05"),
        ])
    func roundedScore(units: Int, expected: String) {
        var buffer = SampleBuffer(capacity: 64)
        buffer.appendScore(units, scale: DecimalScale(decimals: 4))
        #expect(Sample.text(of: buffer) == expected)
    }

    @Test(
        "A full-precision score reads back as the same double and has no exponent",
        arguments: [
            0.1, -0.1, 1.0 / 3, -2.0 / 3, 1e-5, -1.25e-5, 1.234_567_890_123_456_7e-7, 5e-100, 9.999e-5, 12.5,
        ])
    func fullScore(score: Double) {
        var buffer = SampleBuffer(capacity: 256)
        buffer.appendScore(score)
        let text = Sample.text(of: buffer)
        #expect(Double(text) == score)
        #expect(!text.contains("e"))
    }

    @Test("Zero is 0.0 with either sign")
    func zero() {
        var buffer = SampleBuffer(capacity: 64)
        buffer.appendScore(-0.0)
        #expect(Sample.text(of: buffer) == "0.0")
    }

    @Test("With full precision all scores of a batch are distinct")
    func fullPrecision() throws {
        let scores = try Sample(assets: 10_000, decimals: nil).rows(0).compactMap { Double($0.score) }
            .filter { $0 != 99999 }
        #expect(Set(scores).count == scores.count)
        #expect(scores.count > 9_500)
    }

    @Test("No decimals, and the most there may be", arguments: [0, 1, 15])
    func decimals(count: Int) throws {
        for row in try Sample(decimals: count).rows(0) where row.score != "\"error\"" && row.score != "99999" {
            let parts = row.score.split(separator: ".")
            #expect(parts.count == 2 && (1...max(count, 1)).contains(parts[1].count))
        }
    }

    @Test("No assets give an empty array")
    func empty() throws {
        #expect(try Sample(assets: 0).text(0) == "[]")
    }
}

@Suite("Files of synthetic batches")
struct SampleFileTests {
    @Test("The summary counts files, rows and bytes; progress tells of each file")
    func summary() throws {
        let folder = try TemporaryFolder()
        var files: [SampleFile] = []
        let generator = try SampleGenerator(outputFolder: folder.path, batches: 3, assets: 50, firstBatch: 9)
        let summary = try generator.generate { files.append($0) }
        #expect(files.map(\.batch) == [9, 10, 11])
        #expect(summary.files == 3 && summary.rows == 150)
        #expect(summary.bytes == files.reduce(0) { $0 + $1.bytes })
        for file in files { #expect(try Data(contentsOf: URL(filePath: file.path)).count == file.bytes) }
        #expect(try folder.names() == ["batch_10.json", "batch_11.json", "batch_9.json"])
    }

    @Test("Existing files are not overwritten unless asked, and nothing is written beside them")
    func overwriting() throws {
        let folder = try TemporaryFolder()
        let existing = folder.path + "/batch_2.json"
        try Data("mine".utf8).write(to: URL(filePath: existing))
        let refusal = #expect(throws: SampleError.fileExists(path: existing)) {
            try SampleGenerator(outputFolder: folder.path, batches: 3).generate()
        }
        #expect(refusal?.description.contains("--force") == true)
        #expect(try folder.names() == ["batch_2.json"])

        try SampleGenerator(outputFolder: folder.path, batches: 3, overwrite: true).generate()
        #expect(try folder.names() == ["batch_0.json", "batch_1.json", "batch_2.json"])
        #expect(try Data(contentsOf: URL(filePath: existing)).count > 25_000)
    }

    @Test("A missing folder is created with its parents", arguments: ["a", "a/b/c", "a/b/"])
    func missingFolder(path: String) throws {
        let folder = try TemporaryFolder()
        try SampleGenerator(outputFolder: "\(folder.path)/\(path)", batches: 1).generate()
        #expect(FileManager.default.fileExists(atPath: "\(folder.path)/\(path)/batch_0.json"))
    }

    @Test("A file where the folder should be is an error that names it", arguments: ["", "/below"])
    func fileInTheWay(suffix: String) throws {
        let folder = try TemporaryFolder()
        let file = folder.path + "/file"
        try Data().write(to: URL(filePath: file))
        let error = #expect(throws: SampleError.self) {
            try SampleGenerator(outputFolder: file + suffix, batches: 1).generate()
        }
        #expect(error?.description == "could not write into \(file): Not a directory")
    }

    @Test("A failing write is an error with path and reason, and leaves no temporary file")
    func failingWrite() throws {
        let folder = try TemporaryFolder()
        let target = folder.path + "/batch_1.json"
        try FileManager.default.createDirectory(atPath: target, withIntermediateDirectories: false)
        let error = #expect(throws: SampleError.self) {
            try SampleGenerator(outputFolder: folder.path, batches: 3, overwrite: true).generate()
        }
        #expect(error?.description == "could not replace \(target): Is a directory")
        #expect(try folder.names() == ["batch_0.json", "batch_1.json"])
    }

    @Test("What progress throws stops the generation after a whole file")
    func stopping() throws {
        struct Stop: Error {}
        let folder = try TemporaryFolder()
        #expect(throws: Stop.self) {
            try SampleGenerator(outputFolder: folder.path, batches: 3).generate { _ in throw Stop() }
        }
        #expect(try folder.names() == ["batch_0.json"])
    }

    @Test("Arguments out of range are refused by name")
    func arguments() {
        func refused(_ make: () throws -> SampleGenerator) -> String? {
            guard case .invalidArgument(let name, _)? = #expect(throws: SampleError.self, performing: make)
            else { return nil }
            return name
        }
        #expect(refused { try SampleGenerator(outputFolder: "") } == "output folder")
        #expect(refused { try SampleGenerator(outputFolder: "a\0b") } == "output folder")
        #expect(refused { try SampleGenerator(outputFolder: "x", batches: 0) } == "batches")
        #expect(refused { try SampleGenerator(outputFolder: "x", batches: .max, firstBatch: 5) } == "batches")
        #expect(refused { try SampleGenerator(outputFolder: "x", assets: -1) } == "assets")
        #expect(refused { try SampleGenerator(outputFolder: "x", assets: .max) } == "assets")
        #expect(refused { try SampleGenerator(outputFolder: "x", firstBatch: -1) } == "first batch")
        #expect(refused { try SampleGenerator(outputFolder: "x", decimals: 16) } == "decimals")
        #expect(refused { try SampleGenerator(outputFolder: "x", rescoredShare: 1.1) } == "rescored share")
        #expect(refused { try SampleGenerator(outputFolder: "x", rescoredShare: .nan) } == "rescored share")
    }
}

/// Batches generated into a folder of their own.
private struct Sample {
    struct Row {
        let id: String
        /// As it stands in the file.
        let score: String
        let industry: String
    }

    private let folder: TemporaryFolder
    private let generator: SampleGenerator

    init(
        batches: Int = 1, firstBatch: Int = 0, assets: Int = 400, seed: UInt64 = SampleGenerator.defaultSeed,
        decimals: Int? = 4, rescoredShare: Double = 0
    ) throws {
        folder = try TemporaryFolder()
        generator = try SampleGenerator(
            outputFolder: folder.path, batches: batches, assets: assets, seed: seed, firstBatch: firstBatch,
            decimals: decimals, rescoredShare: rescoredShare)
        try generator.generate()
    }

    func bytes(_ batch: Int) throws -> Data {
        try Data(contentsOf: URL(filePath: generator.path(ofBatch: batch)))
    }

    func text(_ batch: Int) throws -> String {
        try #require(String(bytes: bytes(batch), encoding: .utf8))
    }

    /// The rows, taken apart at their fixed places.
    func rows(_ batch: Int) throws -> [Row] {
        let pieces = try [UInt8](bytes(batch)).dropFirst().dropLast().split(separator: UInt8(ascii: "}"))
        return try pieces.map { piece in
            let row = piece.drop { $0 != UInt8(ascii: "{") }
            let id = row.dropFirst(8).prefix(26)
            let rest = row.dropFirst(46)
            let comma = try #require(rest.firstIndex(of: UInt8(ascii: ",")))
            return Row(
                id: String(decoding: id, as: UTF8.self),
                score: String(decoding: rest[..<comma], as: UTF8.self),
                industry: String(decoding: rest[comma...].dropFirst(15).dropLast(), as: UTF8.self))
        }
    }

    static func text(of buffer: borrowing SampleBuffer) -> String {
        var text = ""
        buffer.withBytes { text = String(decoding: $0, as: UTF8.self) }
        return text
    }
}

/// A folder that goes away with its last user.
private final class TemporaryFolder {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.path + "/sample-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    func names() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path).sorted()
    }
}
