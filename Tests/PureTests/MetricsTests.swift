@testable import ETLCore
import Foundation
import Testing
import TestSupport

/// The text that Prometheus reads, and what is kept of an older one.
@Suite struct MetricsTests {
    /// A quote with an accent, a return and a new line, a backslash: what a careless writer gets wrong.
    static let oddName = "a\"\u{301}b\\c\r\nd\u{1F697}\u{7}"

    static func metrics(database: String = "etl", schema: String = "public") -> RunMetrics {
        var metrics = RunMetrics(
            database: database, schema: schema, finishedAt: 1_700_000_000.1234, seconds: 1.5, exitCode: 0,
            lastSuccessAt: 1_700_000_000.1234)
        metrics.applied = .init(applied: 2, skipped: 3, read: 800, accepted: 780, rejected: 20, snapshots: 2000)
        metrics.driftAlarms = 3
        var figures = DatabaseFigures()
        figures.newestBatch = .init(
            batchID: 19, read: 400, accepted: 391, rejected: 9, rejectsUnusual: true, appliedAt: 1_699_999_999.5,
            reasons: ["industry_unknown": 6, "score_not_a_number": 3])
        figures.drift = [
            .init(
                industry: "(all)", reference: "baseline", ksStatistic: nil, ksPValue: nil, psi: nil,
                psiCriticalValue: nil, wassersteinInSD: nil, meanShiftInSD: nil, mixPValue: 0.25, drifted: false,
                isAlarm: false),
            .init(
                industry: "hair care", reference: "preceding_window", ksStatistic: 0.5, ksPValue: 1e-300, psi: 0.25,
                psiCriticalValue: 0.125, wassersteinInSD: .infinity, meanShiftInSD: -0.5, mixPValue: nil,
                drifted: true, isAlarm: true),
        ]
        figures.tables = [
            .init(
                name: "scores", rows: 7844, heapBytes: 9_007_199_254_740_991, indexBytes: 8192, toastBytes: 0,
                deadRows: nil)
        ]
        metrics.figures = figures
        metrics.growthLimit = 1_000_000_000
        return metrics
    }

    @Test func theTextIsTheGoldenOne() throws {
        if let difference = try goldenDifference(Self.metrics().text, "metrics.txt") { Issue.record("\(difference)") }
    }

    @Test func everyMetricIsSaidOnceWithHelpAndTypeAndUnit() throws {
        let lines = Self.metrics().text.split(separator: "\n")
        let names = lines.filter { $0.hasPrefix("# TYPE ") }.map { String($0.split(separator: " ")[2]) }
        #expect(names.count == Set(names).count && names.count > 25)
        for name in names {
            #expect(lines.contains { $0.hasPrefix("# HELP \(name) ") })
            #expect(name.hasPrefix("etl_job_") && !name.hasSuffix("_total"))
        }
        let samples = lines.filter { !$0.hasPrefix("#") }.map { $0.split(separator: "} ")[0] }
        #expect(samples.count == Set(samples).count && samples.count > names.count)
    }

    @Test func theAlertsAskForMetricsThatAreThere() throws {
        let rules = try String(
            contentsOfFile: "\(TestServer.repositoryRoot)/deploy/prometheus/etl_job.rules.yml", encoding: .utf8)
        let asked = Set(rules.matches(of: /\betl_job_[a-z_]+/).map { String($0.0) })
        let written = Set(Self.metrics().text.matches(of: /# TYPE (etl_job_[a-z_]+)/).map { String($0.1) })
        #expect(asked.count >= 10)
        #expect(asked.subtracting(written).subtracting(["etl_job_sums"]) == [])
    }

    @Test func oddNamesStayInTheirLabel() throws {
        let text = Self.metrics(database: Self.oddName, schema: Self.oddName + "s").text
        for line in text.unicodeScalars.split(separator: "\n").map(String.init) {
            #expect(line.hasPrefix("# ") || line.hasPrefix("etl_job_"))
        }
        #expect(text.unicodeScalars.contains("\r"))
        let previous = MetricsFile.Previous(text, schema: Self.oddName + "s", now: 2e9)
        #expect(previous == .init(database: Self.oddName, successes: [Self.oddName: 1_700_000_000.123]))
    }

    @Test func ofAnOlderFileOnlyACredibleSuccessIsKept() throws {
        func previous(_ text: String, now: Double = 2e9) -> MetricsFile.Previous {
            MetricsFile.Previous(text, schema: "public", now: now)
        }
        let text = Self.metrics().text
        #expect(previous(text).successes == ["etl": 1_700_000_000.123])
        #expect(previous(text, now: 1e9) == .init(database: "etl", successes: [:]), "a time to come is none")
        #expect(MetricsFile.Previous(text, schema: "other", now: 2e9) == .init())
        let two = previous(text + Self.metrics(database: "second").text)
        #expect(two.database == nil && two.successes.count == 2)
        let name = "etl_job_last_success_timestamp_seconds"
        for garbled in [
            "", "\0\u{FFFD}", name, "\(name){", "\(name){schema", "\(name){schema=", "\(name){schema=\"public",
            "\(name){schema=\"public\\", "\(name){schema=\"public\"} ", "\(name){schema=\"public\"} NaN",
            "\(name){schema=\"public\"} -1", "\(name){schema=\"public\"} 1e", "\(name){schema=\"public\"} inf",
            String(text.prefix(300)),
        ] { #expect(previous(garbled).successes == [:], "\(garbled)") }
        for length in 0..<text.utf8.count {
            let successes = previous(String(decoding: text.utf8.prefix(length), as: UTF8.self)).successes
            #expect(successes.isEmpty || successes["etl"].map { $0 <= 1_700_000_000.123 } == true)
        }
    }

    @Test func readersNeverSeeAPart() async throws {
        let folder = try temporaryFolder()
        let file = MetricsFile(path: "\(folder)/etl_job.prom")
        let texts = ["a", "b"].map { String(repeating: $0, count: 200_000) + "\n" }
        try file.check()
        try file.replace { _ in texts[0] }
        try await withThrowingTaskGroup(of: Int.self) { group in
            for text in texts {
                group.addTask {
                    for _ in 0..<40 {
                        try file.replace { old in
                            #expect(texts.contains(old))
                            return text
                        }
                    }
                    return 0
                }
            }
            group.addTask {
                var seen: Set<Int> = []
                for _ in 0..<400 {
                    let text = try String(contentsOfFile: file.path, encoding: .utf8)
                    #expect(texts.contains(text))
                    seen.insert(texts.firstIndex(of: text) ?? -1)
                }
                return seen.count
            }
            for try await _ in group {}
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["etl_job.prom"])
    }

    @Test func theFileIsForAllToReadAndLinksStay() throws {
        let folder = try temporaryFolder()
        let old = umask(0o077)
        defer { umask(old) }
        try MetricsFile(path: "\(folder)/real.prom").replace { _ in "one\n" }
        try FileManager.default.createSymbolicLink(
            atPath: "\(folder)/link.prom", withDestinationPath: "\(folder)/real.prom")
        let linked = MetricsFile(path: "\(folder)/link.prom")
        try linked.check()
        try linked.replace { $0 + "two\n" }
        #expect(try String(contentsOfFile: "\(folder)/real.prom", encoding: .utf8) == "one\ntwo\n")
        let attributes = try FileManager.default.attributesOfItem(atPath: "\(folder)/real.prom")
        #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o644)
        for path in [folder, "\(folder)/", "\(folder)/none/m.prom", "/dev/null"] {
            #expect(throws: JobError.self) { try MetricsFile(path: path).check() }
        }
    }
}
