import Foundation

/// How much the tests of bad files do: a share by default, all with `TORTURE=full`.
public enum FuzzShare {
    /// Whether all is done.
    public static let isFull = variable("TORTURE") == "full"
    /// Where the random numbers start: `FUZZ_SEED`, else 1.
    public static let seed = variable("FUZZ_SEED").flatMap { UInt64($0) } ?? 1

    private static func variable(_ name: String) -> String? { ProcessInfo.processInfo.environment[name] }

    /// Prints a line of figures.
    public static func report(_ figures: String) {
        let sanitizer = variable("ETL_SANITIZER").map { "\($0) sanitizer" } ?? "no sanitizer"
        print("\(isFull ? "torture: " : "")fuzz: \(figures) (seed \(seed), \(sanitizer))")
    }
}
