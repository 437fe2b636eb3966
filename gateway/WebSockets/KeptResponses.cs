using System.Buffers;
using System.Text.Json;
using Dragoman.Pipeline.Memory;
using Dragoman.Wire;

namespace Dragoman.WebSockets;

/// <summary>The last response of each stream of one connection; together they are no larger than one request may be.</summary>
/// <param name="largest">The most bytes that are kept.</param>
/// <param name="budget">The memory budget of the process, which has a part for responses that connections keep.</param>
internal sealed class KeptResponses(int largest, MemoryBudget budget) : IDisposable
{
    private readonly List<KeptResponse> oldestFirst = [];
    private bool isOver;

    /// <summary>The bytes of all kept responses.</summary>
    public long Bytes => oldestFirst.Sum(kept => kept.Length);

    public KeptResponse? Find(string id) => oldestFirst.Find(response => response.Id == id);

    public void Remove(KeptResponse response)
    {
        if (oldestFirst.Remove(response))
            GiveBack(response);
    }

    /// <summary>Releases everything when the connection has ended.</summary>
    public void Dispose()
    {
        isOver = true;
        oldestFirst.ForEach(GiveBack);
        oldestFirst.Clear();
    }

    /// <summary>Keeps a response in place of its stream's last one.</summary>
    /// <param name="stream">JSON of the <c>stream_id</c>.</param>
    /// <param name="said">The items of its input.</param>
    /// <param name="response">JSON of the whole response.</param>
    /// <param name="requestId">The gateway's id of the request.</param>
    public void Keep(string stream, ReadOnlyMemory<byte> said, ReadOnlySpan<byte> response, string requestId)
    {
        if (isOver)
            return;
        if (oldestFirst.Find(kept => kept.Stream == stream) is { } last)
            Remove(last);
        SocketThread.AssertMayProcess(response.Length);
        using var parsed = JsonText.Parse(response);
        var root = parsed.RootElement;
        // A response that the provider stores is continued by the provider.
        if (root.ValueKind != JsonValueKind.Object || (root.TryGetProperty("store", out var store) && store.ValueKind == JsonValueKind.True))
            return;
        if (!root.TryGetProperty("id", out var id) || id.ValueKind != JsonValueKind.String)
            return;
        var name = JsonText.ReadString(id);
        var items = new ArrayBufferWriter<byte>(Math.Max(1, response.Length));
        if (root.TryGetProperty("output", out var output) && output.ValueKind == JsonValueKind.Array)
            WriteOutput(items, output, isOurs: name.Contains(requestId, StringComparison.Ordinal));
        var kept = new KeptResponse(name, stream, said, items.WrittenMemory);
        if (kept.Length > largest)
            return;
        while (Bytes + kept.Length > largest)
            Remove(oldestFirst[0]);
        // When all connections together keep too much, this connection drops its oldest responses, and at last this one.
        while (!budget.Kept.TryTakeFirst(kept.Length))
        {
            if (oldestFirst.Count == 0)
                return;
            Remove(oldestFirst[0]);
        }

        oldestFirst.Add(kept);
    }

    private void GiveBack(KeptResponse response)
    {
        budget.Heap.Add(response.Length);
        budget.Kept.Return(response.Length);
    }

    /// <summary>Adds comma-separated items to others.</summary>
    public static void Join(ArrayBufferWriter<byte> items, ReadOnlySpan<byte> more)
    {
        more = JsonText.Trim(more);
        if (more.IsEmpty)
            return;
        if (items.WrittenCount > 0)
            items.Write(","u8);
        items.Write(more);
    }

    /// <summary>
    /// OpenAI accepts reasoning that it has not stored only when it is encrypted, and looks for an item's reasoning by the item's
    /// id. So bare reasoning is left out, and the ids of the other items with it. Items that the gateway wrote are kept as they are.
    /// </summary>
    private static void WriteOutput(ArrayBufferWriter<byte> items, JsonElement output, bool isOurs)
    {
        var lacksReasoning = !isOurs && output.EnumerateArray().Any(IsBareReasoning);
        foreach (var item in output.EnumerateArray())
        {
            if (!lacksReasoning)
                Join(items, System.Runtime.InteropServices.JsonMarshal.GetRawUtf8Value(item));
            else if (!IsBareReasoning(item))
                Join(items, JsonMembers.Of(item, System.Runtime.InteropServices.JsonMarshal.GetRawUtf8Value(item).ToArray()).Without("id").Span);
        }
    }

    private static bool IsBareReasoning(JsonElement item) =>
        item.ValueKind == JsonValueKind.Object
        && item.TryGetProperty("type", out var type) && type.ValueEquals("reasoning"u8)
        && !(item.TryGetProperty("encrypted_content", out var content) && content.ValueKind == JsonValueKind.String);
}
