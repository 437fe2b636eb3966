using System.Buffers;
using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Dialects;
using Dragoman.Dialects.Anthropic.Inbound;
using Dragoman.Dialects.ChatCompletions;
using Dragoman.Dialects.Ollama;
using Dragoman.Endpoints;
using Dragoman.Endpoints.Documentation;
using Dragoman.Locales;

namespace Dragoman.Gateway.Tests.Endpoints.Documentation;

public class OpenApiDocumentTests
{
    private static readonly JsonElement Document = DocumentedApi.Document;

    [Fact]
    public void Every_route_is_documented_and_nothing_else_is() => Assert.Equal(
        RouteTable.Routes.Select(route => route.Name).Order(StringComparer.Ordinal),
        Directory.GetFiles(Path.Combine(Repository.Root, "gateway", "Endpoints", "Documentation", "routes"))
            .Select(file => Path.GetFileNameWithoutExtension(file)!)
            .Where(RouteDocumentation.Has)
            .Order(StringComparer.Ordinal));

    [Fact]
    public void Every_path_and_method_of_the_table_is_there_in_its_order() => Assert.Equal(
        RouteTable.Routes.SelectMany(route => route.Methods.Select(method => $"{method} {OpenApiDocument.PathOf(route)}")),
        DocumentedApi.Operations.Select(operation => operation.ToString()));

    [Fact]
    public void No_documented_method_is_lost() => Assert.All(RouteTable.Routes, route =>
    {
        using var documentation = RouteDocumentation.OpenRoute(route.Name);
        Assert.Subset(
            route.Methods.ToHashSet(),
            documentation.RootElement.GetProperty("operations").EnumerateObject().Select(operation => operation.Name).ToHashSet());
    });

    [Fact]
    public void The_head_says_what_it_is()
    {
        Assert.Equal("3.1.1", Document.GetProperty("openapi").GetString());
        Assert.Equal(typeof(RouteTable).Assembly.GetName().Version!.ToString(3), Document.GetProperty("info").GetProperty("version").GetString());
        Assert.Equal("/", Assert.Single(Document.GetProperty("servers").EnumerateArray()).GetProperty("url").GetString());
        Assert.Equal(["bearer", "apiKey"], Document.GetProperty("components").GetProperty("securitySchemes").EnumerateObject().Select(scheme => scheme.Name));
    }

    [Fact]
    public void Every_reference_leads_somewhere_and_every_component_is_used()
    {
        var references = References(Document).ToHashSet();
        Assert.All(references, reference => Assert.NotNull(DocumentedApi.Resolve(reference)));
        var components =
            from kind in Document.GetProperty("components").EnumerateObject()
            where kind.Name != "securitySchemes"
            from component in kind.Value.EnumerateObject()
            select $"#/components/{kind.Name}/{component.Name}";
        Assert.Empty(components.Except(references));
    }

    [Fact]
    public void Operations_have_names_of_their_own() =>
        Assert.Equal(DocumentedApi.Operations.Count(), DocumentedApi.Operations.Select(operation => operation.Id).Distinct().Count());

    [Fact]
    public void Every_operation_has_a_summary_a_known_tag_and_described_answers()
    {
        var tags = Document.GetProperty("tags").EnumerateArray().Select(tag => tag.GetProperty("name").GetString()).ToList();
        Assert.All(DocumentedApi.Operations, operation =>
        {
            Assert.NotEqual("", operation.Operation.GetProperty("summary").GetString());
            Assert.Contains(Assert.Single(operation.Operation.GetProperty("tags").EnumerateArray()).GetString(), tags);
            Assert.All(operation.Operation.GetProperty("responses").EnumerateObject(), answer => Assert.True(
                answer.Value.TryGetProperty("$ref", out _) || answer.Value.GetProperty("description").GetString() != "",
                $"{operation} {answer.Name}"));
        });
    }

    [Fact]
    public void Every_path_names_its_parameters() => Assert.All(DocumentedApi.Operations, operation => Assert.Equal(
        operation.Path.Contains("{id}", StringComparison.Ordinal) ? ["id"] : [],
        operation.Parameters.Where(parameter => parameter.GetProperty("in").GetString() == "path").Select(parameter => parameter.GetProperty("name").GetString())));

    /// <summary>The document itself is the example of the operation that serves it.</summary>
    [Fact]
    public void Every_operation_has_an_example_and_every_request_its_answer() => Assert.All(
        DocumentedApi.Operations.Where(operation => operation.Method != "HEAD" && operation.Id != "openapi"),
        operation =>
        {
            Assert.NotEmpty(operation.Answers);
            Assert.Equal(
                operation.RequestBody?.GetProperty("examples").EnumerateObject().Select(example => example.Name).Order() ?? operation.Answers.Select(answer => answer.Name).Order(),
                operation.Answers.Select(answer => answer.Name).Order());
        });

    [Fact]
    public void Every_example_request_follows_its_schema() => Assert.All(
        DocumentedApi.Operations.Where(operation => operation.RequestBody is not null),
        operation => Assert.All(operation.RequestBody!.Value.GetProperty("examples").EnumerateObject(), example => Assert.Null(
            DocumentedApi.Compile(operation.RequestBody.Value.GetProperty("schema"), closed: true)
                .FindMismatch(System.Text.Encoding.UTF8.GetBytes(example.Value.GetProperty("value").GetRawText())))));

    [Fact]
    public void Every_example_answer_follows_its_schema() => Assert.All(
        DocumentedApi.Operations.SelectMany(operation => operation.Answers),
        answer => Assert.Null(answer.FindMismatch(answer.Value.ValueKind == JsonValueKind.String && answer.MediaType != "application/json" ? answer.Value.GetString()! : answer.Value.GetRawText())));

    /// <summary>The table of <c>docs/api.md</c> has one row for each path of this document.</summary>
    [Fact]
    public void The_page_for_readers_lists_the_same_routes()
    {
        var tags = Document.GetProperty("tags").EnumerateArray().Select(tag => tag.GetProperty("name").GetString()).ToList();
        var rows =
            from operation in DocumentedApi.Operations
            group operation by (operation.Path, Tag: operation.Operation.GetProperty("tags")[0].GetString()) into path
            orderby tags.IndexOf(path.Key.Tag)
            select $"| {path.Key.Tag} | {string.Join(", ", path.Select(each => $"`{each.Method}`"))} | `{path.Key.Path}` | {path.First().Operation.GetProperty("summary").GetString()} |";

        var page = File.ReadAllLines(Path.Combine(Repository.Root, "docs", "api.md"));

        Assert.Equal(rows, page.SkipWhile(line => line != "## Endpoints").SkipWhile(line => !line.StartsWith("| ---", StringComparison.Ordinal)).Skip(1).TakeWhile(line => line.StartsWith('|')));
    }

    /// <summary>The errors in the order in which the page's table has them.</summary>
    private static readonly ErrorKind[] ErrorRows =
    [
        ErrorKind.InvalidRequest, ErrorKind.ContextTooLong, ErrorKind.ContentBlocked, ErrorKind.Unauthenticated, ErrorKind.BudgetExceeded, ErrorKind.Forbidden,
        ErrorKind.ModelNotFound, ErrorKind.NotFound, ErrorKind.MethodNotAllowed, ErrorKind.RequestTimeout, ErrorKind.TooLarge, ErrorKind.RateLimited,
        ErrorKind.QuotaExceeded, ErrorKind.Internal, ErrorKind.NotImplemented, ErrorKind.UpstreamRefusedKey, ErrorKind.UpstreamFailed,
        ErrorKind.Overloaded, ErrorKind.Timeout,
    ];

    [Fact]
    public void The_page_for_readers_tells_each_errors_status_and_types()
    {
        var rows = File.ReadAllLines(Path.Combine(Repository.Root, "docs", "api.md"))
            .SkipWhile(line => line != "## Errors")
            .SkipWhile(line => !line.StartsWith("| ---", StringComparison.Ordinal))
            .Skip(1)
            .TakeWhile(line => line.StartsWith('|'))
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries))
            .ToList();

        Assert.Equal(Enum.GetValues<ErrorKind>().Order(), ErrorRows.Order());
        Assert.Equal(ErrorRows.Length, rows.Count);
        Assert.All(ErrorRows.Zip(rows), pair =>
        {
            var error = new GatewayError(pair.First, Wording.Verbatim("x"));
            var openAI = BodyOf(OpenAIErrors.Shape, error);
            var anthropic = BodyOf(AnthropicErrors.Shape, error);
            foreach (var status in new[] { OllamaErrors.Shape.StatusOf(error), OpenAIErrors.Shape.StatusOf(error), AnthropicErrors.Shape.StatusOf(error) })
                Assert.Contains($"{status}", pair.Second[2], StringComparison.Ordinal);
            Assert.StartsWith($"`{openAI.GetProperty("type").GetString()}`", pair.Second[3], StringComparison.Ordinal);
            if (openAI.GetProperty("code").GetString() is { } code)
                Assert.EndsWith($", `{code}`", pair.Second[3], StringComparison.Ordinal);
            Assert.StartsWith($"`{anthropic.GetProperty("type").GetString()}`", pair.Second[4], StringComparison.Ordinal);
        });

        static JsonElement BodyOf(IErrorShape shape, GatewayError error)
        {
            var output = new ArrayBufferWriter<byte>();
            shape.WriteError(output, error, "id");
            return JsonDocument.Parse(output.WrittenMemory).RootElement.GetProperty("error");
        }
    }

    private static IEnumerable<string> References(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(member =>
            member.NameEquals("$ref") && member.Value.ValueKind == JsonValueKind.String ? [member.Value.GetString()!]
            : member.NameEquals("examples") || member.NameEquals("example") ? [] : References(member.Value)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(References),
        _ => [],
    };
}
