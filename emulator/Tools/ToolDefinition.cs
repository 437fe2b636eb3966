using System.Text.Json;

namespace Dragoman.Emulator.Tools;

/// <summary>A function that the model may call. <paramref name="Parameters"/> is the JSON Schema of its arguments.</summary>
internal sealed record ToolDefinition(string Name, JsonElement Parameters);
