import ArgumentParser
import ETLCore

/// `etl-job doctor`: whether a run would succeed.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Look the database over: each line is good, or says what mends it.",
        usage: "etl-job doctor [<options>]",
        discussion: """
            Changes nothing. Exits 0 where a run could begin, 78 where something must be mended first.

            EXAMPLE
              etl-job doctor --database-url postgresql://etl@db.example.com/scores
            """)

    @OptionGroup(title: "Database and log") var database: DatabaseOptions
    @OptionGroup(title: "Database and log") var migrations: MigrationOptions

    @Flag(help: "Print the findings as JSON.")
    var json = false

    func run() async throws {
        let logger = database.log.makeLogger()
        CommandEnd.describe(as: "doctor_finished") { ["bad": .null, "notes": .null] }
        let session = try await database.open(logger)
        let findings = try Doctor(session: session, migrations: migrations.folder()).examine()
        let (bad, notes) = (findings.count { $0.verdict == .bad }, findings.count { $0.verdict == .warning })
        CommandEnd.describe(as: "doctor_finished") { ["bad": .integer(bad), "notes": .integer(notes)] }
        if json {
            try JSONOutput.print(["findings": findings])
        } else {
            let style = Style(.standardOutput)
            let width = findings.map(\.subject.count).max() ?? 0
            for finding in findings {
                let mark =
                    switch finding.verdict {
                    case .good: style.green("good")
                    case .warning: style.yellow("note")
                    case .bad: style.red("BAD ")
                    }
                let padding = String(repeating: " ", count: width - finding.subject.count)
                StandardOutput.write("\(mark)  \(finding.subject)\(padding)  \(printable(finding.finding))")
                if let remedy = finding.remedy {
                    StandardOutput.write(String(repeating: " ", count: width + 8) + "→ \(printable(remedy))")
                }
            }
        }
        if bad > 0 { throw ArgumentParser.ExitCode(78) }
    }
}
