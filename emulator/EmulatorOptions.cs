using System.Globalization;

namespace Dragoman.Emulator;

/// <summary>How the emulator runs.</summary>
/// <param name="Port">On 127.0.0.1; 0 takes a free one.</param>
/// <param name="Capacity">Requests kept for inspection.</param>
internal sealed record EmulatorOptions(int Port, int Capacity = 1000)
{
    public const string PortVariable = "DRAGOMAN_EMULATOR_PORT";
    public const int DefaultPort = 4755;

    private const int LargestCapacity = 1_000_000;

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Reads <c>--port</c> and <c>--capture</c>; the port may also stand in the environment.</summary>
    /// <exception cref="FormatException">Something is not understood; the message is for the person who started it.</exception>
    public static EmulatorOptions Read(string[] arguments, string? portVariable)
    {
        var options = new EmulatorOptions(string.IsNullOrEmpty(portVariable)
            ? DefaultPort
            : Number(PortVariable, portVariable, 65535));
        for (var index = 0; index < arguments.Length; index++)
        {
            var (name, value) = arguments[index].Split('=', 2) is [var left, var right]
                ? (left, right)
                : (arguments[index], index + 1 < arguments.Length ? arguments[++index] : "");
            options = name switch
            {
                "--port" => options with { Port = Number(name, value, 65535) },
                "--capture" => options with { Capacity = Number(name, value, LargestCapacity) },
                _ => throw new FormatException($"{name} is not an option. There are --port <number> and --capture <requests kept>."),
            };
        }

        return options;
    }

    private static int Number(string name, string value, int most) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= most
            ? number
            : throw new FormatException($"{name}: '{value}' is not a whole number from 0 to {most}.");
}
