using System.CommandLine;

namespace Dragoman.Cli.Fields;

/// <summary>Whether a team or a user may not call any more.</summary>
internal sealed class DisabledField : Field
{
    private readonly Option<bool> disable = new("--disable") { Description = "Refuses all its calls." };
    private readonly Option<bool> enable = new("--enable") { Description = "Accepts its calls again." };

    public DisabledField()
        : base("disabled", "disabled")
    {
    }

    public override IReadOnlyList<Option> Options => [disable, enable];

    public override void Write(ParseResult parse, RequestBody body)
    {
        var (isOff, isOn) = (parse.GetValue(disable), parse.GetValue(enable));
        if (isOff && isOn)
            throw CliFailure.Usage("--disable and --enable are given together; allowed: one of them");
        if (isOff || isOn)
            body.Set(isOff ? disable.Name : enable.Name, isOff, Path);
    }
}
