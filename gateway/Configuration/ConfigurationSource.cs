namespace Dragoman.Configuration;

/// <summary>Where a configuration was read from, so that it can be read again.</summary>
public sealed class ConfigurationSource
{
    private readonly ConfigurationFiles files;
    private readonly IReadOnlyDictionary<string, string> environment;

    /// <param name="path">The base file; null for <see cref="ConfigurationReader.UsualFile"/> in the working directory, if it exists.</param>
    /// <param name="environment">The process's variables.</param>
    /// <param name="namedBy">The argument or variable that names the file, for error messages.</param>
    public ConfigurationSource(string? path, IReadOnlyDictionary<string, string> environment, string? namedBy = null)
    {
        files = new(path, namedBy);
        this.environment = environment;
    }

    /// <summary>Reads the configuration.</summary>
    /// <exception cref="ConfigurationException">There is at least one mistake.</exception>
    public GatewayConfiguration Read() => Finish(ConfigurationReader.Read(ReadFiles(out var state), environment), state);

    /// <summary>Reads the configuration for a process that already runs with one.</summary>
    /// <param name="running">What the process runs with. What only a restart can change stays as it is there.</param>
    /// <exception cref="ConfigurationException">There is at least one mistake.</exception>
    public RereadConfiguration ReadAgain(GatewayConfiguration running)
    {
        var read = ReadFiles(out var state);
        var wanted = Finish(ConfigurationReader.Read(read, environment), state);
        var pending = ReloadRules.NeedingRestart.Where(pointer => wanted.Values.Differs(running.Values, pointer)).ToList();
        var adopted = pending.Count == 0 ? wanted : Finish(ConfigurationReader.Read(read, environment, new KeptValues(running.Values, pending)), state);
        var changes = adopted.Values.ChangesFrom(running.Values).ToList();
        // A list of prices is a file of its own, whose path may be the same.
        if (adopted.OtherState != running.OtherState && !changes.Contains("/prices/file"))
            changes.Add("/prices/file");
        return new(wanted, adopted, changes, pending);
    }

    /// <summary>A text that changes when one of the files does; it begins as <see cref="GatewayConfiguration.State"/> and <see cref="GatewayConfiguration.OtherState"/>.</summary>
    /// <param name="running">What the process runs with.</param>
    public string Look(GatewayConfiguration running) => files.Look() + ConfigurationFiles.LookAt(running.OtherFiles);

    private List<ConfigurationFile> ReadFiles(out string state)
    {
        // Looked at before they are read: what changes meanwhile is another state.
        state = files.Look();
        var mistakes = new List<string>();
        var read = files.Read(mistakes);
        return mistakes.Count > 0 ? throw new ConfigurationException(mistakes) : read;
    }

    private GatewayConfiguration Finish(GatewayConfiguration read, string state) =>
        read with { Source = this, State = state, OtherState = ConfigurationFiles.LookAt(read.OtherFiles) };
}
