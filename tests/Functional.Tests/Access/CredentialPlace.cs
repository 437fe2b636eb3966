using System.Text;

namespace Dragoman.Functional.Tests.Access;

/// <summary>A place in which a client can send its key.</summary>
internal sealed record CredentialPlace(string Name, string Header, Func<string, string> ValueOf)
{
    public static readonly IReadOnlyList<CredentialPlace> All =
    [
        new("bearer", "Authorization", static key => "Bearer " + key),
        new("basic", "Authorization", static key => "Basic " + Convert.ToBase64String(Encoding.Latin1.GetBytes("x:" + key))),
        new("x-api-key", "x-api-key", static key => key),
        new("api-key", "api-key", static key => key),
        new("x-goog-api-key", "x-goog-api-key", static key => key),
    ];

    public static CredentialPlace Of(string name) => All.Single(place => place.Name == name);

    /// <summary>The header as a line of a request.</summary>
    public string Line(string key) => $"{Header}: {ValueOf(key)}\r\n";

    public override string ToString() => Name;
}
