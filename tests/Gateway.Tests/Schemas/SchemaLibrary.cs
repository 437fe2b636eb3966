extern alias JudgeLibrary;

using System.Text.Json;
using JudgeLibrary::Json.Schema;

namespace Dragoman.Gateway.Tests.Schemas;

/// <summary>
/// JsonSchema.Net, an implementation of JSON Schema that shares no code with ours. A schema that names no dialect is read
/// as 2020-12, because the library would choose a later one. Formats are asserted, as <see cref="Dragoman.Schemas.AnswerSchema"/> does.
/// </summary>
internal sealed class SchemaLibrary(string schema)
{
    private static readonly EvaluationOptions Options = new() { OutputFormat = OutputFormat.Flag, RequireFormatValidation = true };

    // Each schema has its own registry, because an $id that two schemas share must not lead from one to the other.
    private readonly JsonSchema judge = JsonSchema.FromText(schema, new BuildOptions { Dialect = Dialect.Draft202012, SchemaRegistry = new() });

    public bool Fits(string json) => judge.Evaluate(JsonElement.Parse(json), Options).IsValid;
}
