import ArgumentParser
import ETLCore

/// `etl-job drift pin`: chooses what slow creep is measured from.
struct DriftPinCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pin",
        abstract: "Pin the batches that slow creep is measured from, or show them.",
        usage: """
            etl-job drift pin --batches <first-last> [<options>]
            etl-job drift pin --show [<options>]
            """,
        discussion: """
            A pin counts from the next batch on; what was measured stays as it is. Until the current window lies beyond \
            the pinned batches, nothing is measured against them.

            EXAMPLES
              etl-job drift pin --batches 5-7   after a new model, for instance
              etl-job drift pin --show          all pins so far
            """)

    @Option(help: ArgumentHelp("The first and the last batch: 5-7, or 5 for a single one.", valueName: "first-last"))
    var batches: BatchRange?

    @Flag(help: "Show what has been pinned.")
    var show = false

    @Option(help: ArgumentHelp("Wait so long for another job.", valueName: "seconds"))
    var lockWait = 60

    @OptionGroup(title: "Database and log") var database: DatabaseOptions
    @OptionGroup(title: "Database and log") var migrations: MigrationOptions

    @Flag(help: "Print the result as JSON.")
    var json = false

    func validate() throws {
        if (batches == nil) != show {
            throw ValidationError("Give either --batches, to pin some, or --show.")
        }
        if !(0...86_400).contains(lockWait) {
            throw ValidationError("--lock-wait is \(lockWait); it must be 0 to 86400 seconds.")
        }
    }

    func run() async throws {
        let logger = database.log.makeLogger()
        let session = try await database.open(
            logger, access: batches == nil ? .any : .readWrite, limits: TimeLimits(lockWait: .seconds(lockWait)))
        try migrations.migrator(session).requireCurrent()
        let isNew = try batches.map { try session.pinBaseline(first: $0.first, last: $0.last) }
        if json {
            try JSONOutput.print(["baselines": try session.driftBaselines()])
            return
        }
        if let batches, let isNew {
            StandardOutput.write(
                isNew
                    ? "Pinned \(batches). It counts from the next batch on; what was measured stays as it is."
                    : "Nothing to do: \(batches) \(batches.isSingle ? "is" : "are") what was pinned last.")
        } else {
            StandardOutput.write(table(try session.driftBaselines()))
        }
    }

    private func table(_ baselines: [DriftBaseline]) -> String {
        guard let newest = baselines.first else {
            return "Nothing is pinned, and there is no full window yet that could be the baseline."
        }
        guard newest.id != nil else {
            return "Nothing is pinned: the baseline is the first full window, "
                + "\(BatchRange(newest.firstBatchID, newest.lastBatchID))."
        }
        var table = TextTable([("pin", .right), ("batches", .left), ("pinned at", .left), ("by", .left)])
        for baseline in baselines {
            table.append([
                baseline.id.map { "\($0)" } ?? "", batchSpan(baseline.firstBatchID, baseline.lastBatchID),
                baseline.pinnedAt ?? "", baseline.pinnedBy ?? "",
            ])
        }
        return table.render(Style(.standardOutput)) + "\nThe topmost counts from the batch after it was pinned."
    }
}

/// Some batches in a row, as people give them: 5-7, or 5.
struct BatchRange: ExpressibleByArgument, CustomStringConvertible {
    let first: Int
    let last: Int

    var isSingle: Bool { first == last }
    var description: String { isSingle ? "batch \(first)" : "batches \(first) to \(last)" }

    init(_ first: Int, _ last: Int) { (self.first, self.last) = (first, last) }

    init?(argument: String) {
        let numbers = argument.split(omittingEmptySubsequences: false) { $0 == "-" || $0 == "–" }.map { Int($0) }
        guard (1...2).contains(numbers.count), let first = numbers[0], let last = numbers[numbers.count - 1],
            first <= last
        else { return nil }
        self.init(first, last)
    }
}

/// Some batches in a row, in a table: 5–7, or 5.
func batchSpan(_ first: Int, _ last: Int) -> String { first == last ? "\(first)" : "\(first)–\(last)" }
