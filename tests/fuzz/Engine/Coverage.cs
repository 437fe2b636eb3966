using SharpFuzz.Common;

namespace Dragoman.Fuzz.Engine;

/// <summary>The branches of the instrumented gateway that an input took. Empty when the gateway is not instrumented.</summary>
internal sealed unsafe class Coverage
{
    private const int Size = 65536;

    private static byte* map;

    private readonly byte[] known = new byte[Size];

    /// <summary>Must run before any code of the instrumented assembly, which writes to the map.</summary>
    public static void Prepare()
    {
        map = (byte*)System.Runtime.InteropServices.NativeMemory.AllocZeroed(Size);
        Trace.SharedMem = map;
    }

    /// <summary>The number of branches that any input took.</summary>
    public int Branches { get; private set; }

    public void Begin()
    {
        new Span<byte>(map, Size).Clear();
        Trace.PrevLocation = 0;
    }

    /// <summary>Adds the branches of the last input.</summary>
    /// <returns>Whether anything is new: a branch, or another order of magnitude of its count.</returns>
    public bool Learn()
    {
        var isNew = false;
        var taken = new ReadOnlySpan<byte>(map, Size);
        for (var at = 0; at < Size;)
        {
            var offset = taken[at..].IndexOfAnyExcept((byte)0);
            if (offset < 0)
                break;
            at += offset;
            var bucket = BucketOf(taken[at]);
            if ((known[at] & bucket) == 0)
            {
                Branches += known[at] == 0 ? 1 : 0;
                known[at] |= bucket;
                isNew = true;
            }

            at++;
        }

        return isNew;
    }

    private static byte BucketOf(byte count) => count switch
    {
        1 => 1,
        2 => 2,
        3 => 4,
        < 8 => 8,
        < 16 => 16,
        < 32 => 32,
        < 128 => 64,
        _ => 128,
    };
}
