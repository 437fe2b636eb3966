using Dragoman.Emulator.Chat;

namespace Dragoman.Emulator.OpenAI.Responses;

/// <summary>A response that later requests can continue.</summary>
/// <param name="Id">The response's id.</param>
/// <param name="Messages">The conversation including this response's output, without instructions.</param>
/// <param name="Seed">The number that decided the response.</param>
/// <param name="Body">The response as JSON.</param>
/// <param name="ReasoningIds">The ids of its reasoning items.</param>
internal sealed record StoredResponse(string Id, IReadOnlyList<ChatMessage> Messages, ulong Seed, byte[] Body, IReadOnlyList<string> ReasoningIds);

/// <summary>The last stored responses. The oldest are dropped first.</summary>
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
