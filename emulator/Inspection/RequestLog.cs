using System.Text.Json;

namespace Dragoman.Emulator.Inspection;

/// <summary>The last requests, bounded in number and bytes; the oldest make room.</summary>
/// <param name="capacity">Most requests kept; 0 keeps none.</param>
internal sealed class RequestLog(int capacity)
{
    private const long LargestSize = 16 << 20;

    private readonly Lock _lock = new();
    private readonly Queue<CapturedRequest> _requests = new();
    private long _size;
    private long _dropped;

    public bool IsOn => capacity > 0;

    public void Add(CapturedRequest request)
    {
        lock (_lock)
        {
            _requests.Enqueue(request);
            _size += request.Size;
            while (_requests.Count > capacity || _size > LargestSize)
            {
                _size -= _requests.Dequeue().Size;
                _dropped++;
            }
        }
    }

    public void Clear()
    {
        lock (_lock)
        {
            _requests.Clear();
            _size = 0;
            _dropped = 0;
        }
    }

    /// <summary><c>{"count", "dropped", "requests": […]}</c>, the oldest request first.</summary>
    public void Write(Utf8JsonWriter json)
    {
        CapturedRequest[] requests;
        long dropped;
        lock (_lock)
            (requests, dropped) = ([.. _requests], _dropped);
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
