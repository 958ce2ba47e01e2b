#!/usr/bin/perl
# Verifies DKIM signatures by Mail::DKIM: each "LENGTH\n" and message on standard input
# is answered by a line of "algorithm result detail" for each signature, tabs between.
# The argument names a file of public keys, a line each: "SELECTOR._domainkey.DOMAIN RECORD";
# no other name is looked up anywhere.
use strict;
use warnings;

use Mail::DKIM::DNS;
use Mail::DKIM::Verifier;
use Net::DNS;

package Keys;

sub new {
    my ($class, $path) = @_;
    my %records;
    open my $file, '<', $path or die "$path: $!\n";
    while (my $line = <$file>) {
        chomp $line;
        my ($name, $record) = split / /, $line, 2;
        $records{lc $name} = $record;
    }
    return bless { records => \%records }, $class;
}

sub send {
    my ($self, $name, $type) = @_;
    my $answer = Net::DNS::Packet->new($name, $type);
    my $record = $type eq 'TXT' ? $self->{records}{lc $name} : undef;
    if (defined $record) {
        my @strings = unpack '(a255)*', $record;
        my $rr = Net::DNS::RR->new(name => $name, type => 'TXT', ttl => 3600, txtdata => \@strings);
        $answer->push(answer => $rr);
    } else {
        $answer->header->rcode('NXDOMAIN');
    }
    return $answer;
}

sub errorstring { return 'NOERROR' }

package main;

sub verdicts {
    my ($message) = @_;
    my $verifier = Mail::DKIM::Verifier->new;
    $verifier->PRINT($message);
    $verifier->CLOSE;
    return join "\t", map {
        my $detail = $_->result_detail;
        $detail =~ s/\s+/ /g;
        ($_->algorithm // 'unknown') . ' ' . $_->result . " $detail";
    } $verifier->signatures;
}

Mail::DKIM::DNS::resolver(Keys->new($ARGV[0]));
binmode STDIN;
$| = 1;
while (my $size = <STDIN>) {
    read(STDIN, my $message, $size) == $size or die "the input ends within a message\n";
    my $answer = eval { verdicts($message) };
    print defined $answer ? $answer : "unknown error $@" =~ s/\s+/ /gr, "\n";
}
