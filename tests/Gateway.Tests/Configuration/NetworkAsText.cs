using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Dragoman.Gateway.Tests.Configuration;

/// <summary>Writes networks as texts. The members of an address that has no scope cannot be read.</summary>
internal sealed class NetworkAsText : JsonConverter<IPNetwork>
{
    public override IPNetwork Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException();

    public override void Write(Utf8JsonWriter writer, IPNetwork value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}
