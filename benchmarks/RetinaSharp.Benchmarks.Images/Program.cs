// What decoding and scaling costs, and whether damaged files are refused:
//     dotnet run -c Release --project benchmarks/RetinaSharp.Benchmarks.Images -- speed FOLDER SHORT [RUNS]
//     dotnet run -c Release --project benchmarks/RetinaSharp.Benchmarks.Images -- mutate FOLDER COUNT
// `speed` decodes the images of a folder, scaled to a short side, on one thread and on two, and prints CPU milliseconds and images a second.
// `mutate` changes, cuts and lengthens the images of a folder, COUNT files of each format, and decodes each twice: it exits with 1 where anything but
// ImageException is thrown, two decodings differ, one takes longer than ten seconds, or the resident set passes 2 GB.
using RetinaSharp.Benchmarks.Images;

return args switch
{
    ["speed", var folder, var side] => Speed.Run(folder, int.Parse(side), 3),
    ["speed", var folder, var side, var runs] => Speed.Run(folder, int.Parse(side), int.Parse(runs)),
    ["mutate", var folder, var count] => Mutations.Run(folder, int.Parse(count)),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("speed FOLDER SHORT [RUNS] | mutate FOLDER COUNT");
    return 2;
}
