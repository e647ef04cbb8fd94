import ArgumentParser
import ETLCore

/// `etl-job sample`: synthetic raw batches.
struct SampleCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sample", abstract: "Write synthetic raw batches, with the dirt of real ones.",
        usage: "etl-job sample [<folder>] [<options>]",
        discussion: """
            The same seed gives the same bytes. The batches/ of this project are: etl-job sample batches --force

            EXAMPLES
              etl-job sample /tmp/batches                   20 batches of 400
              etl-job sample /tmp/big --assets 1000000      of a million each
            """)

    @Argument(help: "The folder that receives batch_<N>.json; made where it is missing.", completion: .directory)
    var folder = "batches"

    @Option(help: "How many batches.")
    var batches = 20

    @Option(help: "How many assets a batch.")
    var assets = 400

    @Option(help: "Where the random numbers start.")
    var seed: UInt64 = SampleGenerator.defaultSeed

    @Option(help: "The number of the first batch.")
    var firstBatch = 0

    @Option(help: "The share of assets that were in the batch before too (0…1).")
    var rescoredShare = 0.0

    @Flag(help: "Write scores in full precision instead of four decimals.")
    var fullPrecision = false

    @Flag(help: "Replace files that stand there.")
    var force = false

    @OptionGroup(title: "Log") var log: LogOptions

    @Flag(help: "Print the summary as JSON.")
    var json = false

    func run() throws {
        let logger = log.makeLogger()
        let generator = try SampleGenerator(
            outputFolder: folder, batches: batches, assets: assets, seed: seed, firstBatch: firstBatch,
            decimals: fullPrecision ? nil : 4, rescoredShare: rescoredShare, overwrite: force)
        let summary = try generator.generate { file in
            logger.debug("written", metadata: ["file": "\(file.path)", "rows": "\(file.rows)"])
        }
        if json {
            try JSONOutput.print(summary)
        } else {
            StandardOutput.write(
                "\(counted(summary.files, "batch", "batches")) written to \(printable(folder)): "
                    + "\(grouped(summary.rows)) rows, \(grouped(summary.bytes)) bytes.")
        }
    }
}
