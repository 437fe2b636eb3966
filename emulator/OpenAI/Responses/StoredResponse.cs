using Dragoman.Emulator.Chat;

namespace Dragoman.Emulator.OpenAI.Responses;

/// <summary>A response that later requests can go on from.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Messages">The conversation up to it, its own output included; no instructions.</param>
/// <param name="Seed">What decided it.</param>
/// <param name="Body">The response as JSON.</param>
/// <param name="ReasoningIds">Of its reasoning items.</param>
internal sealed record StoredResponse(string Id, IReadOnlyList<ChatMessage> Messages, ulong Seed, byte[] Body, IReadOnlyList<string> ReasoningIds);

/// <summary>The last responses that were asked to be stored; the oldest make room.</summary>
internal sealed class ResponseStore
{
    private const int Capacity = 256;

    private readonly Lock gate = new();
    private readonly LinkedList<StoredResponse> responses = new();

    public void Add(StoredResponse response)
    {
        lock (gate)
        {
            responses.AddLast(response);
            if (responses.Count > Capacity)
                responses.RemoveFirst();
        }
    }

    public StoredResponse? Find(string id)
    {
        lock (gate)
            return responses.FirstOrDefault(response => response.Id == id);
    }

    public bool HasReasoning(string id)
    {
        lock (gate)
            return responses.Any(response => response.ReasoningIds.Contains(id));
    }

    public bool Remove(string id)
    {
        lock (gate)
            return responses.FirstOrDefault(response => response.Id == id) is { } found && responses.Remove(found);
    }
}
