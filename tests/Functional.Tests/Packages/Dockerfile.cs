using System.Text.Json;
using Dragoman.Functional.Tests.Harness;

namespace Dragoman.Functional.Tests.Packages;

/// <summary>What a Dockerfile of <c>infra/containers</c> says, as far as these files use the language.</summary>
internal sealed class Dockerfile
{
    private Dockerfile()
    {
    }

    /// <summary>Files or folders of the build context, the folder or path that they are copied to, and the numbers of the owner; null for root.</summary>
    public List<(IReadOnlyList<string> Sources, string Target, int? Owner)> Copies { get; } = [];

    /// <summary>The variables of its processes.</summary>
    public Dictionary<string, string> Variables { get; } = [];

    /// <summary>The working directory.</summary>
    public string Folder { get; private set; } = "/";

    /// <summary>The number of the user, which is that of the group too; null for root.</summary>
    public int? User { get; private set; }

    /// <summary>The program and its arguments.</summary>
    public IReadOnlyList<string> EntryPoint { get; private set; } = [];

    /// <summary>The program that asks for the health, and its arguments; empty if there is none.</summary>
    public IReadOnlyList<string> HealthCheck { get; private set; } = [];

    /// <summary>Reads the file of an image.</summary>
    /// <exception cref="InvalidDataException">It has an instruction that this reader does not know.</exception>
    public static Dockerfile Read(string image)
    {
        var read = new Dockerfile();
        foreach (var line in File.ReadLines(Path.Combine(Repository.Root, "infra", "containers", image, "Dockerfile")).Where(line => line.Length > 0 && line[0] != '#'))
            read.Add(line);
        return read;
    }

    private void Add(string line)
    {
        var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        switch (words[0])
        {
            case "COPY":
                var paths = words.Skip(1).Where(word => !word.StartsWith("--", StringComparison.Ordinal)).ToList();
                var owner = words.FirstOrDefault(word => word.StartsWith("--chown=", StringComparison.Ordinal))?["--chown=".Length..];
                Copies.Add((paths[..^1], paths[^1], owner is null ? null : Number(owner)));
                break;
            case "ENV":
                foreach (var pair in words.Skip(1).Select(word => word.Split('=', 2)))
                    Variables[pair[0]] = pair[1];
                break;
            case "WORKDIR":
                Folder = words[1];
                break;
            case "USER":
                User = Number(words[1]);
                break;
            case "ENTRYPOINT":
                EntryPoint = Command(line);
                break;
            case "HEALTHCHECK":
                HealthCheck = Command(line);
                break;
            case "ARG" or "FROM" or "EXPOSE" or "STOPSIGNAL":
                break;
            default:
                throw new InvalidDataException($"not known here: {line}");
        }
    }

    private static string[] Command(string line) => JsonSerializer.Deserialize<string[]>(line[line.IndexOf('[', StringComparison.Ordinal)..])!;

    private static int Number(string userAndGroup) =>
        userAndGroup.Split(':') is [var user, var group] && user == group ? int.Parse(user, System.Globalization.CultureInfo.InvariantCulture)
        : throw new InvalidDataException($"{userAndGroup} is not a number twice");
}
