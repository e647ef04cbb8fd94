import Foundation
import TestSupport

/// How much is tried: everything with `TORTURE=full`, else a sample by a seed that `TORTURE_SEED` sets.
enum Torture {
    static let isFull = ProcessInfo.processInfo.environment["TORTURE"] == "full"
    static let seed =
        ProcessInfo.processInfo.environment["TORTURE_SEED"].flatMap(UInt64.init) ?? UInt64.random(in: 1...999_999)

    /// A sample of some elements, or all.
    static func sample<Element>(_ elements: [Element], _ count: Int) -> [Element] {
        if isFull { return elements }
        var random = SeededRandom(seed: seed)
        return Array(elements.shuffled(using: &random).prefix(count))
    }

    /// Does something with each element, a few at a time; returns all that it gave.
    static func collect<Element: Sendable>(
        _ elements: [Element], atOnce limit: Int = 4, _ body: @escaping @Sendable (Element) async throws -> [String]
    ) async throws -> [String] {
        try await withThrowingTaskGroup(of: [String].self) { group in
            var results: [String] = []
            for (number, element) in elements.enumerated() {
                if number >= limit, let next = try await group.next() { results += next }
                group.addTask { try await body(element) }
            }
            for try await next in group { results += next }
            return results
        }
    }

    /// Prints a line of figures; `scripts/torture` gathers them.
    static func print(_ kind: String, _ figures: String, since start: ContinuousClock.Instant) {
        let seconds = start.duration(to: .now).components.seconds
        let sample = isFull ? "" : "; a sample by TORTURE_SEED=\(seed)"
        // One write, so that lines of tests that run at once do not mix.
        FileHandle.standardOutput.write(Data("torture: \(kind): \(figures), \(seconds) s\(sample)\n".utf8))
    }
}
