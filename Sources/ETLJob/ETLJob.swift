import ArgumentParser
import ETLCore

/// The program: its commands, and how it ends.
@main
struct ETLJob: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "etl-job",
        abstract: "Turns raw model scores into exact percentiles within their industry, in PostgreSQL.",
        discussion: """
            A folder of raw batches goes in; scores, percentile_snapshots and rejected_assets come out. Each batch is \
            one transaction, and running again changes nothing.

            EXAMPLES
              etl-job run --local         load batches/ into a private PostgreSQL
              etl-job run /data/batches   load what is new there
              etl-job status              what has been loaded
              etl-job percentile 0.71 --industry cars

            DATABASE
              The first that is given: --database-url or --local, DATABASE_URL,
              libpq's PG* variables. Else, on a terminal or where .local/ stands, a
              private PostgreSQL that the job starts itself.

            EXIT CODES
              0   done                           1   the answer to a question is no
              64  wrong usage                    65  data refused
              66  no such input, asset or batch  69  database unreachable, unusable
              70  a defect of the job            75  try again
              78  wrong configuration            128 + n  stopped by signal n
            """,
        version: JobVersion.current,
        subcommands: [
            RunCommand.self, StatusCommand.self, AssetCommand.self, ExplainCommand.self, MoversCommand.self,
            PercentileCommand.self, RejectsCommand.self, DriftCommand.self, GrowthCommand.self, ReportCommand.self,
            ExportCommand.self, DoctorCommand.self, VerifyCommand.self, MigrateCommand.self, LocalCommand.self,
            SampleCommand.self,
        ])

    static func main() async {
        prepareStandardStreams()
        FirstProcess.letSignalsEnd()
        let arguments = Array(CommandLine.arguments.dropFirst())
        CommandEnd.begin(arguments: arguments)
        var command: any ParsableCommand
        do {
            command = try parseAsRoot()
        } catch {
            LogOptions.choose(byArguments: arguments)
            Failure.exit(error)
        }
        do {
            CommandEnd.begin(type(of: command))
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
            CommandEnd.write(0)
        } catch {
            Failure.exit(error)
        }
    }
}
