using System.Diagnostics.CodeAnalysis;

namespace Dragoman.Conversation;

/// <summary>
/// A model's name as Ollama writes it, <c>[host/][namespace/]model[:tag]</c> (specs/ollama.md 0.6). Names are
/// compared without regard to case, and an omitted part is equal to its default.
/// </summary>
public sealed record ModelName
{
    private const string DefaultHost = "registry.ollama.ai";
    private const string DefaultNamespace = "library";
    private const string DefaultTag = "latest";
    private const string LocalMark = ":local";
    private const string CloudMark = ":cloud";

    private ModelName(string display) => Display = display;

    /// <summary>The shortest form with the tag: <c>mistral:latest</c>, <c>acme/mistral:7b</c>.</summary>
    public string Display { get; }

    /// <summary>A text that is the same for equal names.</summary>
    public string Key => Display.ToLowerInvariant();

    /// <summary>The shortest form with the tag if <paramref name="text"/> is a name, else the unchanged text.</summary>
    public static string Tagged(string text) => TryParse(text, out var name) ? name.Display : text;

    public static bool TryParse(string text, [NotNullWhen(true)] out ModelName? name)
    {
        name = null;
        var path = text.Split('/');
        if (path.Length > 3)
            return false;
        var (model, tag) = SplitTag(WithoutLocal(path[^1]));
        if (!IsPart(model, 80, dots: true) || !IsPart(tag, 80, dots: true))
            return false;
        var space = path.Length > 1 ? path[^2] : DefaultNamespace;
        var host = path.Length > 2 ? path[0] : DefaultHost;
        if (!IsPart(space, 80, dots: false) || !IsHost(host))
            return false;

        var display = $"{model}:{tag}";
        var hasHost = !host.Equals(DefaultHost, StringComparison.OrdinalIgnoreCase);
        if (hasHost || !space.Equals(DefaultNamespace, StringComparison.OrdinalIgnoreCase))
            display = $"{space}/{display}";
        if (hasHost)
            display = $"{host}/{display}";
        name = new ModelName(display);
        return true;
    }

    /// <summary>Whether the name has both marks, the local one and the cloud one, which contradict each other.</summary>
    public static bool NamesBothSources(string text) =>
        (EndsIn(text, LocalMark) && NamesCloud(text[..^LocalMark.Length]))
        || (EndsIn(text, CloudMark) && EndsIn(text[..^CloudMark.Length], LocalMark));

    private static bool NamesCloud(string text) =>
        EndsIn(text, CloudMark) || (EndsIn(text, "-cloud") && text.LastIndexOf(':') > text.LastIndexOf('/'));

    private static bool EndsIn(string text, string mark) => text.EndsWith(mark, StringComparison.OrdinalIgnoreCase);

    /// <summary>The name without <c>:local</c>, which only says where the model runs.</summary>
    private static string WithoutLocal(string text) => EndsIn(text, LocalMark) ? text[..^LocalMark.Length] : text;

    private static (string Model, string Tag) SplitTag(string text)
    {
        var colon = text.IndexOf(':');
        return colon < 0 ? (text, DefaultTag) : (text[..colon], text[(colon + 1)..]);
    }

    private static bool IsPart(string text, int longest, bool dots) =>
        text.Length > 0 && text.Length <= longest
        && (char.IsAsciiLetterOrDigit(text[0]) || text[0] == '_')
        && text.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-' || (dots && letter == '.'));

    private static bool IsHost(string text) =>
        text.Length is > 0 and <= 350
        && (char.IsAsciiLetterOrDigit(text[0]) || text[0] == '_')
        && text.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-' or '.' or ':');
}
