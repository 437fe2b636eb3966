using System.Buffers;
using System.Text;

namespace Dragoman.Wire;

/// <summary>
/// Finds many words at once in a text that is read byte by byte (Aho and Corasick, 1975). A byte costs about the same
/// however many words there are and however long they are. Immutable, so that several searches can share it.
/// </summary>
public sealed class WordSet
{
    /// <summary>The state of a text that does not end in the beginning of a word.</summary>
    public const int Nowhere = 0;

    private readonly Dictionary<int, int> steps = [];
    private readonly List<Place> places = [new Place { Word = -1 }];
    private readonly int[] lengths;

    /// <param name="words">The words; none may be empty.</param>
    public WordSet(IEnumerable<string> words)
    {
        byte[][] all = [.. words.Select(Encoding.UTF8.GetBytes)];
        lengths = [.. all.Select(word => word.Length)];
        for (var index = 0; index < all.Length; index++)
            Add(all[index], index);
        Link();
        Beginnings = SearchValues.Create([(byte)'\\', .. all.Select(word => word[0])]);
    }

    /// <summary>The bytes that words begin with, and the backslash, because an escape may stand for any of them.</summary>
    public SearchValues<byte> Beginnings { get; }

    /// <summary>The state after one more byte.</summary>
    public int Next(int place, byte letter)
    {
        while (true)
        {
            if (steps.TryGetValue(StepOf(place, letter), out var next))
                return next;
            if (place == Nowhere)
                return Nowhere;
            place = places[place].Fallback;
        }
    }

    /// <summary>How many of the last bytes are the beginning of a word.</summary>
    public int DepthOf(int place) => places[place].Depth;

    /// <summary>The index of the longest word that ends here; -1 when none does.</summary>
    public int WordAt(int place) => places[place].Word;

    /// <summary>The length of a word in bytes.</summary>
    public int LengthOf(int word) => lengths[word];

    private static int StepOf(int place, byte letter) => (place << 8) | letter;

    private void Add(byte[] word, int index)
    {
        var place = Nowhere;
        foreach (var letter in word)
        {
            if (!steps.TryGetValue(StepOf(place, letter), out var next))
            {
                next = places.Count;
                steps.Add(StepOf(place, letter), next);
                places.Add(new Place { Before = place, Letter = letter, Depth = places[place].Depth + 1, Word = -1 });
            }

            place = next;
        }

        if (places[place].Word < 0)
            places[place].Word = index;
    }

    /// <summary>Finds for each place the longest proper suffix of its text that is itself the beginning of a word, short texts first.</summary>
    private void Link()
    {
        foreach (var place in places.Skip(1).OrderBy(place => place.Depth))
        {
            place.Fallback = place.Depth == 1 ? Nowhere : Next(places[place.Before].Fallback, place.Letter);
            if (place.Word < 0)
                place.Word = places[place.Fallback].Word;
        }
    }

    /// <summary>The beginning of a word.</summary>
    private sealed class Place
    {
        public int Before { get; init; }

        public byte Letter { get; init; }

        public int Depth { get; init; }

        public int Fallback { get; set; }

        public int Word { get; set; }
    }
}
