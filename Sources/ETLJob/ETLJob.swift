import ArgumentParser
@main struct ETLJob: AsyncParsableCommand {}
