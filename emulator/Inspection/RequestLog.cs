using System.Text.Json;

namespace Dragoman.Emulator.Inspection;

/// <summary>The last requests, limited in number and bytes. The oldest are dropped first.</summary>
/// <param name="capacity">The most requests to keep. 0 keeps none.</param>
internal sealed class RequestLog(int capacity)
{
    private const long LargestShare = 16 << 10;

    /// <summary>The bytes of a log that keeps fewer requests than usual.</summary>
    private const long LeastSize = EmulatorOptions.UsualCapacity * LargestShare;

    private readonly long largestSize = Math.Max(LeastSize, capacity * LargestShare);
    private readonly Lock gate = new();
    private readonly Queue<CapturedRequest> requests = new();
    private long size;
    private long dropped;

    public bool IsOn => capacity > 0;

    public void Add(CapturedRequest request)
    {
        lock (gate)
        {
            this.requests.Enqueue(request);
            size += request.Size;
            while (this.requests.Count > capacity || size > largestSize)
            {
                size -= this.requests.Dequeue().Size;
                this.dropped++;
            }
        }
    }

    public void Clear()
    {
        lock (gate)
        {
            this.requests.Clear();
            size = 0;
            this.dropped = 0;
        }
    }

    /// <summary>Writes <c>{"count", "dropped", "requests": […]}</c>, the oldest request first.</summary>
    public void Write(Utf8JsonWriter json)
    {
        CapturedRequest[] requests;
        long dropped;
        lock (gate)
            (requests, dropped) = ([.. this.requests], this.dropped);
        json.WriteStartObject();
        json.WriteNumber("count"u8, requests.Length);
        json.WriteNumber("dropped"u8, dropped);
        json.WriteStartArray("requests"u8);
        foreach (var request in requests)
            request.Write(json);
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
