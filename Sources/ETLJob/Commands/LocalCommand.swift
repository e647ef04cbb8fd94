import ArgumentParser
import ETLCore
import Foundation

/// `etl-job local`: the private PostgreSQL of this folder.
struct LocalCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "local", abstract: "Start, stop and look after the private PostgreSQL of this folder.",
        discussion: """
            The server lives under .local/ of the current folder, listens on a Unix socket only and is its user's \
            alone. `run` and the other commands start it where they need it; it goes on running after them.

            EXAMPLES
              etl-job local start                     start it, and print how to connect
              etl-job local psql -- -c 'table scores' look into it
              etl-job local stop
            """,
        subcommands: [Start.self, Stop.self, Status.self, PSQL.self, Destroy.self])

    /// The server of the current folder.
    static func server(_ log: LogOptions) -> PrivateServer {
        PrivateServer(in: FileManager.default.currentDirectoryPath, logger: log.makeLogger())
    }

    /// `etl-job local start`: the server is running afterwards.
    struct Start: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "start", abstract: "Start the server where it is not running, and print how to connect.",
            discussion: """
                The first time, the server is made. What is printed is libpq's keyword=value text.

                EXAMPLE
                  psql "$(etl-job local start)"
                """)

        @OptionGroup(title: "Log") var log: LogOptions

        func run() async throws {
            let connection = try await LocalCommand.server(log).start().connectionString
            // Exact where a program reads it; the folder's name is in it, and must not steer a terminal.
            StandardOutput.write(Output.standardOutput.isTerminal ? printable(connection) : connection)
        }
    }

    /// `etl-job local stop`: the server is not running afterwards.
    struct Stop: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "stop", abstract: "Stop the server; its data stay.",
            discussion: """
                Sessions are ended and what they had not committed is rolled back.

                EXAMPLE
                  etl-job local stop
                """)

        @OptionGroup(title: "Log") var log: LogOptions

        func run() async throws {
            let wasRunning = try await LocalCommand.server(log).stop()
            StandardOutput.write(
                wasRunning ? "The private PostgreSQL is stopped." : "No private PostgreSQL was running.")
        }
    }

    /// `etl-job local status`: whether it runs.
    struct Status: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "status", abstract: "Show whether the server runs, and where its files are.",
            discussion: """
                EXAMPLE
                  etl-job local status --json | jq -r .state
                """)

        @OptionGroup(title: "Log") var log: LogOptions

        @Flag(help: "Print the state as JSON.")
        var json = false

        func run() async throws {
            let report = LocalReport(try LocalCommand.server(log).status())
            if json { return try JSONOutput.print(report) }
            for line in report.lines { StandardOutput.write(printable(line)) }
        }
    }

    /// `etl-job local psql`: a session on it.
    struct PSQL: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "psql", abstract: "Open psql on the server, which is started where it is not running.",
            discussion: """
                What stands after -- is given to psql.

                EXAMPLE
                  etl-job local psql -- -c 'select count(*) from scores'
                """)

        @OptionGroup(title: "Log") var log: LogOptions

        @Argument(parsing: .postTerminator, help: "Arguments for psql.")
        var arguments: [String] = []

        func run() async throws {
            let server = LocalCommand.server(log)
            let running = try await server.start()
            let psql = try await server.psql()
            // The caller's PG* variables may point elsewhere; the server's are set for psql and what it starts.
            for name in ProcessInfo.processInfo.environment.keys where name.hasPrefix("PG") { unsetenv(name) }
            let variables = ["host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "dbname": "PGDATABASE"]
            for (keyword, value) in running.connectionKeywords {
                if let variable = variables[keyword] { setenv(variable, value, 1) }
            }
            var words = ([psql] + arguments).map { strdup($0) } + [nil]
            execv(psql, &words)
            throw JobError(.configuration, "Cannot run \(psql): \(String(cString: strerror(errno))).")
        }
    }

    /// `etl-job local destroy`: it is gone afterwards.
    struct Destroy: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "destroy", abstract: "Stop the server and remove it with all its data.",
            discussion: """
                Asks first; where nobody can answer, --yes is needed.

                EXAMPLE
                  etl-job local destroy --yes
                """)

        @OptionGroup(title: "Log") var log: LogOptions

        @Flag(help: "Do not ask.")
        var yes = false

        func run() async throws {
            let folder = FileManager.default.currentDirectoryPath
            guard PrivateServer.exists(in: folder) else {
                return StandardOutput.write("There is no private PostgreSQL in this folder.")
            }
            if !yes {
                guard isatty(STDIN_FILENO) == 1 && Output.standardError.isTerminal else {
                    throw JobError(.usage, "destroy removes all data: give --yes where nobody can be asked.")
                }
                let question = "Remove the private PostgreSQL of \(folder) with all its data? [y/N] "
                StandardError.ask(printable(question))
                guard ["y", "yes"].contains(readLine()?.lowercased() ?? "") else {
                    return StandardOutput.write("Nothing was removed.")
                }
            }
            try await LocalCommand.server(log).destroy()
            StandardOutput.write("The private PostgreSQL and its data are removed.")
        }
    }
}

/// What `etl-job local status` tells.
private struct LocalReport: Encodable {
    var state: String
    var pid: Int32?
    var version: String?
    var socketDirectory: String?
    var port: Int?
    var dataDirectory: String?
    var logFile: String?
    var connection: String?

    enum CodingKeys: String, CodingKey {
        case state, pid, version, port, connection
        case socketDirectory = "socket_directory"
        case dataDirectory = "data_directory"
        case logFile = "log_file"
    }

    init(_ status: PrivateServerStatus) {
        switch status {
        case .notCreated:
            state = "not created"
        case .stopped(let files):
            state = "stopped"
            version = "\(files.majorVersion)"
            dataDirectory = files.dataDirectory
            logFile = files.logFile
        case .running(let running):
            state = "running"
            pid = running.pid
            version = running.version()
            socketDirectory = running.socketDirectory
            port = running.port
            dataDirectory = running.files.dataDirectory
            logFile = running.files.logFile
            connection = running.connectionString
        }
    }

    /// For people, a line each.
    var lines: [String] {
        let facts: [(String, String?)] = [
            ("state", state), ("version", version), ("process", pid.map { "\($0)" }), ("socket", socketDirectory),
            ("port", port.map { "\($0)" }), ("data", dataDirectory), ("log", logFile), ("connection", connection),
        ]
        return facts.compactMap { name, value in
            value.map { name.padding(toLength: 12, withPad: " ", startingAt: 0) + $0 }
        }
    }
}
