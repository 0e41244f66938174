using System.CommandLine;
using RetinaSharp.Detection.Configuration;

namespace RetinaSharp.Cli.Options;

/// <summary>The options --patience and --gradient-sums of verbs that several processes can run.</summary>
internal sealed class ProcessOptions
{
    private const double DefaultPatience = 600, MaxPatience = 1e6;

    private readonly Option<double> _patience =
        CliOption.Number("--patience", "With mpirun or srun: how long a process waits for the others. Then all end with exit code 75.", "SECONDS", min: 1, max: MaxPatience).WithDefault(DefaultPatience);

    private readonly Option<Precision> _sums =
        CliOption.Choice("--gradient-sums", "With mpirun or srun: number type in which gradients are summed over processes. bf16 halves the data that they exchange, for slow networks.", ("fp32", Precision.Fp32), ("bf16", Precision.Bf16));

    public void AddTo(Command command, bool sumsGradients)
    {
        command.Add(_patience);
        if (sumsGradients)
            command.Add(_sums);
    }

    public TimeSpan GetPatience(ParseResult parse) => TimeSpan.FromSeconds(parse.GetValue(_patience));

    public bool SumsInBFloat16(ParseResult parse) => parse.GetValue(_sums) == Precision.Bf16;
}
