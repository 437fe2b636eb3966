using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Template;

namespace Dragoman.FunctionsHost;

/// <summary>Finds the function of a request as the Functions host does: in the order of names, with the routes' constraints.</summary>
internal sealed class FunctionMatcher
{
    private readonly List<(FunctionRoute Function, TemplateMatcher Matcher, IReadOnlyList<(string Parameter, IRouteConstraint Constraint)> Constraints)> functions = [];

    public FunctionMatcher(IEnumerable<FunctionRoute> routes, string prefix, IInlineConstraintResolver resolver)
    {
        foreach (var function in routes.OrderBy(each => each.Name, StringComparer.OrdinalIgnoreCase))
        {
            var template = TemplateParser.Parse(prefix.Length == 0 ? function.Route : $"{prefix}/{function.Route}");
            var constraints = template.Parameters.SelectMany(parameter => parameter.InlineConstraints.Select(constraint =>
            {
                var resolved = resolver.ResolveConstraint(constraint.Constraint) ?? throw new InvalidOperationException($"{constraint.Constraint} is not known");
                return (parameter.Name!, parameter.IsOptional ? new Microsoft.AspNetCore.Routing.Constraints.OptionalRouteConstraint(resolved) : resolved);
            }));
            functions.Add((function, new TemplateMatcher(template, []), [.. constraints]));
        }
    }

    /// <summary>The function, or null when the host would answer 404, as it does for a method that is not listed.</summary>
    public FunctionRoute? Find(HttpContext http)
    {
        foreach (var (function, matcher, constraints) in functions)
        {
            var values = new RouteValueDictionary();
            if (matcher.TryMatch(http.Request.Path, values)
                && constraints.All(each => each.Constraint.Match(http, null, each.Parameter, values, RouteDirection.IncomingRequest))
                && function.Methods.Contains(http.Request.Method))
                return function;
        }

        return null;
    }
}
