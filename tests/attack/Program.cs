using Dragoman.Attack;
using Dragoman.Attack.Attacks;
using Dragoman.Functional.Tests.Harness;

const int Fallen = 1;
const int Misused = 2;

if (Options.Read(args) is not { } options)
{
    Console.Error.WriteLine(Options.Usage);
    return Misused;
}

if (options.Tree is not null)
    Repository.Root = options.Tree;
var attacks = AllAttacks.InOrder.Where(options.Includes).ToList();
if (attacks.Count == 0)
{
    Console.Error.WriteLine($"dragoman-attack: no attack is called {string.Join(", ", options.Only)}; --list names them");
    return Misused;
}

if (options.Lists)
{
    Console.Write(Report.List(attacks));
    return 0;
}

var verdicts = await AttackRun.RunAsync(attacks, options);
Console.Write(Report.Table(verdicts));
if (options.JsonFile is not null)
    await File.WriteAllTextAsync(options.JsonFile, Report.Json(verdicts));
Console.WriteLine(Report.ClosingLine(verdicts));
return verdicts.Any(verdict => verdict.Outcome == Outcome.Fell) ? Fallen : 0;
