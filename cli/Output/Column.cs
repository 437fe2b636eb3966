using System.Globalization;
using System.Text.Json;

namespace Dragoman.Cli.Output;

/// <summary>A column of a list.</summary>
/// <param name="Title">The title.</param>
/// <param name="ValueOf">The cell of an entry.</param>
internal sealed record Column(string Title, Func<JsonElement, string> ValueOf)
{
    /// <summary>A column that shows a member, or a member of a member.</summary>
    public static Column Of(string title, params string[] path) => new(title, entry => JsonView.Text(entry, path));

    /// <summary>A column that shows the day of a time, in UTC. <c>show</c> and <c>--json</c> have the whole.</summary>
    public static Column Day(string title, string member) => Time(title, member, "yyyy-MM-dd");

    /// <summary>A column that shows a time in UTC to the minute.</summary>
    public static Column Minute(string title, string member) => Time(title, member, "yyyy-MM-dd'T'HH:mm'Z'");

    private static Column Time(string title, string member, string format) => new(
        title,
        entry => DateTimeOffset.TryParse(JsonView.Text(entry, member), CultureInfo.InvariantCulture, out var time)
            ? time.UtcDateTime.ToString(format, CultureInfo.InvariantCulture)
            : JsonView.Text(entry, member));
}
