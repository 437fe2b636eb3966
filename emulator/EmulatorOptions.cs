using System.Globalization;
using System.Net;
using Dragoman.Startup;

namespace Dragoman.Emulator;

/// <summary>How the emulator runs.</summary>
/// <param name="Port">The port, or 0 for a free one.</param>
/// <param name="Capacity">The number of requests kept for inspection.</param>
internal sealed record EmulatorOptions(int Port, int Capacity = EmulatorOptions.UsualCapacity)
{
    public const string Program = "dragoman-emulator";
    public const string PortVariable = "DRAGOMAN_EMULATOR_PORT";
    public const int DefaultPort = 4755;

    public const int UsualCapacity = 1000;
    private const int LargestCapacity = 1_000_000;

    private static readonly CommandOption PortOption = new("--port", "N", $"The port, instead of {PortVariable}; 0 takes any free one.");
    private static readonly CommandOption ListenOption = new("--listen", "ADDRESS", "The address of this machine to listen on, such as ::1; 127.0.0.1 if not given.");
    private static readonly CommandOption CaptureOption = new("--capture", "N", "How many requests are kept for inspection; 1000 if not given, 0 keeps none.");
    private static readonly CommandOption ConfigOption = new("--config", "FILE", "") { Refusal = "the emulator reads no configuration file; allowed: --port, --listen and --capture" };

    private static readonly CommandOption[] Options = [PortOption, ListenOption, CaptureOption, ConfigOption, CommandOption.Help, CommandOption.Version];

    /// <summary>Always an address of this machine, because the emulator keeps prompts for inspection.</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>A line for each variable that is set and has no effect.</summary>
    public IReadOnlyList<string> Notices { get; private init; } = [];

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Reads the arguments, which override the variables.</summary>
    /// <param name="arguments">The process's arguments.</param>
    /// <param name="environment">The process's environment variables.</param>
    /// <param name="page">The text to show instead of serving. Null when the process is to serve.</param>
    /// <param name="mistakes">A sentence for each mistake, for the person who started the process.</param>
    public static EmulatorOptions Read(string[] arguments, IReadOnlyDictionary<string, string> environment, out string? page, out IReadOnlyList<string> mistakes)
    {
        var line = CommandLine.Read(arguments, Options);
        page = line.Has(CommandOption.Help) ? Page.Render().TrimEnd()
            : line.Has(CommandOption.Version) ? $"{Program} {typeof(EmulatorOptions).Assembly.GetName().Version?.ToString(3)}"
            : null;
        if (page is not null)
        {
            mistakes = [];
            return new EmulatorOptions(DefaultPort);
        }

        List<string> found = [.. line.Mistakes, .. ProcessEnvironment.FindMistakes(environment, VariableReaders.Emulator, () => [])];
        if (ProcessEnvironment.FindDirectoryMistake() is { } noDirectory)
            found.Add(noDirectory);
        // They are often meant for the gateway, with which the emulator may share its environment and not the port.
        var framework = FrameworkVariables.Read(environment, "--listen", PortVariable, $"the emulator's own port (--port, {PortVariable})", found);
        var port = line.ValueOf(PortOption) is { } argument ? ListenAddress.ReadPort(argument, "argument --port", found)
            : environment.TryGetValue(PortVariable, out var variable) && variable.Length > 0 ? ListenAddress.ReadPort(variable, $"environment variable {PortVariable}", found)
            : DefaultPort;
        var options = new EmulatorOptions(port ?? DefaultPort, ReadCapacity(line, found)) { Address = ReadAddress(line, found), Notices = framework.Notices };
        mistakes = found;
        return options;
    }

    private static ManualPage Page => new(Program, "a deterministic provider for trials and tests, in seven dialects", Options, VariableReaders.Emulator)
    {
        VariableNotes = ["Any other variable that begins with DRAGOMAN_ is a mistake, unless another part of Dragoman reads it, or Kubernetes has set it for a Service."],
    };

    private static int ReadCapacity(CommandLine line, List<string> mistakes)
    {
        if (line.ValueOf(CaptureOption) is not { } text)
            return UsualCapacity;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= LargestCapacity)
            return number;
        mistakes.Add($"argument --capture: {Printable.Quote(text)} is not a number of requests; allowed: 0 to {LargestCapacity}");
        return UsualCapacity;
    }

    private static IPAddress ReadAddress(CommandLine line, List<string> mistakes)
    {
        if (line.ValueOf(ListenOption) is not { } text || ListenAddress.ReadAddress(text, "argument --listen", mistakes) is not { } address)
            return IPAddress.Loopback;
        if (!IPAddress.IsLoopback(address))
            mistakes.Add($"argument --listen: the emulator keeps prompts for inspection and serves this machine alone, not {address}; allowed: 127.0.0.1 to 127.255.255.254, ::1");
        return address;
    }
}
