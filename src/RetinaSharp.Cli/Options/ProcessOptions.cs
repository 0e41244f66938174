using System.CommandLine;
using RetinaSharp.Detection.Configuration;

namespace RetinaSharp.Cli.Options;

/// <summary>The options --patience and --gradient-precision of verbs that several processes can run.</summary>
internal sealed class ProcessOptions
{
    private const double DefaultPatience = 600, MaxPatience = 1e6;

    private readonly Option<double> _patience =
        CliOption.Number("--patience", "With mpirun or srun: how long a process waits for the others. Then all end with exit code 75.", "SECONDS", min: 1, max: MaxPatience).WithDefault(DefaultPatience);

    private readonly Option<Precision> _gradients =
        CliOption.Choice("--gradient-precision", "With mpirun or srun: number type in which processes send gradients. auto: as they were computed or accumulated; bf16: rounded, for slow networks.", ("auto", Precision.Auto), ("bf16", Precision.Bf16));

    public void AddTo(Command command, bool sendsGradients)
    {
        command.Add(_patience);
        if (sendsGradients)
            command.Add(_gradients);
    }

    public TimeSpan GetPatience(ParseResult parse) => TimeSpan.FromSeconds(parse.GetValue(_patience));

    public bool SendsGradientsInBFloat16(ParseResult parse) => parse.GetValue(_gradients) == Precision.Bf16;
}
