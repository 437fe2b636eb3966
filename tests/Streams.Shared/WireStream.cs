using System.Text;

namespace Dragoman.Streams;

/// <summary>A provider's stream of words in its own wire format (specs/dialects.md 1).</summary>
/// <param name="Opening">The data of the events before the first word.</param>
/// <param name="Delta">Returns the data of one event for a word and its index.</param>
/// <param name="Closing">Returns the data of the events after the last word for the number of words.</param>
internal sealed record WireStream(string[] Opening, Func<string, int, string> Delta, Func<int, string[]> Closing)
{
    private static readonly string[] Words = [" the", " stream", " of", " words,", " Déjà", " vu", " \\\"quoted\\\"", " ends."];

    /// <summary>Whether each event also has its type as its name.</summary>
    public bool HasNames { get; init; }

    public byte[] OpeningBytes => Frame(Opening);

    /// <summary>The escaped word at an index of any stream.</summary>
    public static string WordAt(int place) => Words[place % Words.Length];

    public byte[] DeltaBytes(int tokens) => Frame(DeltaData(tokens));

    public byte[] ClosingBytes(int tokens) => Frame(Closing(tokens));

    public IEnumerable<string> DeltaData(int tokens) => Enumerable.Range(0, tokens).Select(place => Delta(WordAt(place), place));

    private byte[] Frame(IEnumerable<string> events)
    {
        var stream = new StringBuilder();
        foreach (var data in events)
        {
            if (HasNames)
                stream.Append("event: ").Append(NameOf(data)).Append('\n');
            stream.Append("data: ").Append(data).Append("\n\n");
        }

        return Encoding.UTF8.GetBytes(stream.ToString());
    }

    public static string NameOf(string data)
    {
        var name = data["{\"type\":\"".Length..];
        return name[..name.IndexOf('"')];
    }
}
