using System.Buffers;
using System.Text.Json;
using Dragoman.Pipeline.Memory;
using Dragoman.Wire;

namespace Dragoman.WebSockets;

/// <summary>The last response of each stream of one connection, together no larger than one request may be.</summary>
/// <param name="largest">In bytes.</param>
/// <param name="budget">Of the process, which has a part for what connections keep.</param>
internal sealed class KeptResponses(int largest, MemoryBudget budget) : IDisposable
{
    private readonly List<KeptResponse> oldestFirst = [];
    private bool isOver;

    /// <summary>Of all that are kept.</summary>
    public long Bytes => oldestFirst.Sum(kept => kept.Length);

    public KeptResponse? Find(string id) => oldestFirst.Find(response => response.Id == id);

    public void Remove(KeptResponse response)
    {
        if (oldestFirst.Remove(response))
            GiveBack(response);
    }

    /// <summary>The connection is over.</summary>
    public void Dispose()
    {
        isOver = true;
        oldestFirst.ForEach(GiveBack);
        oldestFirst.Clear();
    }

    /// <summary>Keeps a response in place of its stream's last one.</summary>
    /// <param name="stream">JSON of the <c>stream_id</c>.</param>
    /// <param name="said">The items that were its input.</param>
    /// <param name="response">The whole response.</param>
    /// <param name="requestId">Of the request.</param>
    public void Keep(string stream, ReadOnlyMemory<byte> said, ReadOnlySpan<byte> response, string requestId)
    {
        if (isOver)
            return;
        if (oldestFirst.Find(kept => kept.Stream == stream) is { } last)
            Remove(last);
        SocketThread.AssertMayProcess(response.Length);
        using var parsed = JsonText.Parse(response);
        var root = parsed.RootElement;
        // What the provider keeps is continued by the provider.
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
        // Where all connections together keep too much, this one does without its oldest, and in the end without this one.
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
    /// OpenAI takes back reasoning that it does not keep only when it is encrypted, and looks for the reasoning that
    /// belongs to an item by the item's id. What the gateway wrote itself it can read again as it stands.
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
