using System.Text;
using System.Text.Json.Nodes;
using Dragoman.Schemas;

namespace Dragoman.Gateway.Tests.Schemas;

/// <summary>Our judge and the independent one. Both give every verdict, and they must agree.</summary>
internal sealed class SchemaJudges(string schema)
{
    private readonly AnswerSchema ours = AnswerSchema.Parse(schema);
    private readonly SchemaLibrary theirs = new(schema);

    public bool Fit(JsonNode? value)
    {
        var json = value?.ToJsonString() ?? "null";
        var mismatch = ours.FindMismatch(Encoding.UTF8.GetBytes(json))?.ToString();
        Assert.True(mismatch is null == theirs.Fits(json), $"{schema}\n{json}\nis {mismatch ?? "right"} for ours, and the other disagrees");
        return mismatch is null;
    }
}
