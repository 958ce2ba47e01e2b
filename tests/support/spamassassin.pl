#!/usr/bin/perl
# Scores mail by SpamAssassin with its own rules, offline: each "LENGTH\n" and message on
# standard input is answered by a line: the score, then "RULE=SCORE=DESCRIPTION" for each rule
# that fired, tabs between. The argument is a folder that it may write to.
use strict;
use warnings;

use Mail::SpamAssassin;

sub report {
    my ($judge, $text) = @_;
    my $mail = $judge->parse($text, 1);
    my $status = $judge->check($mail);
    my @rules = sort map { s/\s+//gr } split /,/, $status->get_names_of_tests_hit;
    my $line = join "\t", $status->get_score, map {
        my $words = $judge->{conf}{descriptions}{$_} // '';
        $_ . '=' . ($judge->{conf}{scores}{$_} // 0) . '=' . $words =~ s/\s+/ /gr
    } @rules;
    $status->finish;
    $mail->finish;
    return $line;
}

my ($folder) = @ARGV;
# Nothing of the machine's own: only what the plugins that are loaded and the rules say.
my $judge = Mail::SpamAssassin->new({
    local_tests_only => 1,
    dont_copy_prefs => 1,
    userstate_dir => $folder,
    home_dir_for_helpers => $folder,
    userprefs_filename => "$folder/none",
    post_config_text => "use_bayes 0\n",
});
$judge->compile_now(0, 0);
binmode STDIN;
$| = 1;
print "ready\n";
while (my $size = <STDIN>) {
    read(STDIN, my $message, $size) == $size or die "the input ends within a message\n";
    my $line = report($judge, $message);
    $line =~ s/[\r\n]+/ /g;
    print "$line\n";
}
